package io.vertebra.wire;

import io.vertebra.contract.Request;
import io.vertebra.contract.Scalar;
import io.vertebra.contract.Shape;
import io.vertebra.contract.Shape.ChoiceShape;
import io.vertebra.contract.Shape.EnumShape;
import io.vertebra.contract.Shape.Field;
import io.vertebra.contract.Shape.ListShape;
import io.vertebra.contract.Shape.MapShape;
import io.vertebra.contract.Shape.RecordShape;
import io.vertebra.contract.Shape.SetShape;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.util.HashMap;
import java.util.Map;

/** Makes the codecs of a message type, once for each class. */
final class Codecs {
  private static final ClassValue<BodyCodec> BY_CLASS = new ClassValue<>() {
    @Override
    protected BodyCodec computeValue(Class<?> type) {
      return new Codecs().of(Shape.of(type));
    }
  };

  private static final MethodType ACCESSOR = MethodType.methodType(Object.class, Object.class);
  private static final MethodType CONSTRUCTOR = MethodType.methodType(Object.class, Object[].class);

  private final Map<Shape, BodyCodec> known = new HashMap<>();

  private Codecs() {}

  /**
   * The codec of a record or a sealed interface.
   *
   * @throws io.vertebra.error.ContractException {@code CONTRACT_INVALID} if the type cannot travel
   */
  static BodyCodec of(Class<?> messageType) {
    return BY_CLASS.get(messageType);
  }

  /** The codec of all failures that a contract declares. */
  static BodyCodec ofFailures(Request<?, ?> contract) {
    ChoiceCodec codec = new ChoiceCodec("failure");
    for (Class<? extends Record> type : contract.failures()) {
      codec.add(type, (RecordCodec) of(type));
    }
    return codec;
  }

  private BodyCodec of(Shape shape) {
    if (shape instanceof Scalar scalar) {
      return ScalarCodecs.of(scalar);
    }
    if (shape instanceof EnumShape enumeration) {
      return new EnumCodec(enumeration.type());
    }
    if (shape instanceof ListShape list) {
      return new CollectionCodec(of(list.element()), false);
    }
    if (shape instanceof SetShape set) {
      return new CollectionCodec(of(set.element()), true);
    }
    if (shape instanceof MapShape map) {
      return new MapCodec(of(map.value()));
    }
    if (shape instanceof ChoiceShape choice) {
      return choice(choice);
    }
    return record((RecordShape) shape);
  }

  private BodyCodec choice(ChoiceShape shape) {
    BodyCodec before = known.get(shape);
    if (before != null) {
      return before;
    }
    ChoiceCodec codec = new ChoiceCodec(shape.type().getSimpleName());
    known.put(shape, codec);
    shape.members().values().forEach(member -> codec.add(member.type(), record(member)));
    return codec;
  }

  private RecordCodec record(RecordShape shape) {
    if (known.get(shape) instanceof RecordCodec before) {
      return before;
    }
    Class<? extends Record> type = shape.type();
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] parameters = new Class<?>[components.length];
    FieldCodec[] fields = new FieldCodec[components.length];
    try {
      MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(type, MethodHandles.lookup());
      for (int i = 0; i < components.length; i++) {
        parameters[i] = components[i].getType();
      }
      MethodHandle constructor = lookup
          .findConstructor(type, MethodType.methodType(void.class, parameters))
          .asSpreader(Object[].class, components.length)
          .asType(CONSTRUCTOR);
      RecordCodec codec = new RecordCodec(shape, constructor);
      known.put(shape, codec);
      for (int i = 0; i < components.length; i++) {
        Field field = shape.fields().get(i);
        MethodHandle accessor = lookup.unreflect(components[i].getAccessor()).asType(ACCESSOR);
        fields[i] = new FieldCodec(
            new FieldName(field.name()), of(field.shape()), accessor, field.presence());
      }
      codec.complete(fields);
      return codec;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "Cannot use " + type.getName() + " although its shape could be read", e);
    }
  }
}
