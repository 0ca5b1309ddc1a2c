package io.vertebra.saga;

import io.vertebra.contract.Request;
import io.vertx.core.buffer.Buffer;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Records of strings and ints as text: fast enough for many simulated runs. */
final class SimCodec implements MessageCodec {
  private static final Map<Class<?>, RecordComponent[]> COMPONENTS = new ConcurrentHashMap<>();
  private static final Map<Class<?>, Constructor<?>> CONSTRUCTORS = new ConcurrentHashMap<>();

  @Override
  public <T> Buffer encode(Class<T> type, T message) {
    StringBuilder text = new StringBuilder(type.getSimpleName());
    try {
      for (RecordComponent component :
          COMPONENTS.computeIfAbsent(type, Class::getRecordComponents)) {
        text.append('|').append(component.getAccessor().invoke(message));
      }
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException(e);
    }
    return Buffer.buffer(text.toString());
  }

  @Override
  public <T> T decode(Class<T> type, Buffer body, String contract) {
    String[] parts = body.toString().split("\\|", -1);
    if (!parts[0].equals(type.getSimpleName())) {
      throw new IllegalStateException(body + " is no " + type.getSimpleName());
    }
    RecordComponent[] components = COMPONENTS.computeIfAbsent(type, Class::getRecordComponents);
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < components.length; i++) {
      values.add(
          components[i].getType() == int.class
              ? (Object) Integer.valueOf(parts[i + 1])
              : parts[i + 1]);
    }
    try {
      return type.cast(CONSTRUCTORS
          .computeIfAbsent(type, t -> t.getDeclaredConstructors()[0])
          .newInstance(values.toArray()));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  @SuppressWarnings("unchecked")
  public Buffer encodeFailure(Request<?, ?> contract, Record failure) {
    return encode((Class<Record>) failure.getClass(), failure);
  }

  @Override
  public Record decodeFailure(Request<?, ?> contract, Buffer body) {
    String name = body.toString().split("\\|", -1)[0];
    Class<? extends Record> type = contract.findFailure(name);
    if (type == null) {
      throw new IllegalStateException("no failure " + name);
    }
    return decode(type, body, contract.name());
  }
}
