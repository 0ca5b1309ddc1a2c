package io.vertebra.contract;

import io.vertebra.contract.Shape.ChoiceShape;
import io.vertebra.contract.Shape.EnumShape;
import io.vertebra.contract.Shape.Field;
import io.vertebra.contract.Shape.ListShape;
import io.vertebra.contract.Shape.MapShape;
import io.vertebra.contract.Shape.Presence;
import io.vertebra.contract.Shape.RecordShape;
import io.vertebra.contract.Shape.SetShape;
import io.vertebra.error.ContractException;
import java.lang.annotation.Annotation;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Reads the shape of a message type and refuses what cannot travel, naming the component. */
final class ShapeReader {
  private final String contract;
  private final Map<Bound, Shape> known = new HashMap<>();

  ShapeReader(String contract) {
    this.contract = contract;
  }

  Shape message(Class<?> type) {
    String path = type.getSimpleName();
    if (!type.isRecord() && !isSealedInterface(type)) {
      throw unfit(path, type.getName() + " is neither a record nor a sealed interface of records");
    }
    return shape(bound(type, path), path);
  }

  private Shape shape(Bound type, String path) {
    Class<?> raw = type.raw();
    Scalar scalar = Scalar.find(raw);
    if (scalar != null) {
      return scalar;
    }
    if (raw == List.class) {
      return new ListShape(argument(type, 0, path + "[]"));
    }
    if (raw == Set.class) {
      Shape element = argument(type, 0, path + "[]");
      if (element == Scalar.BYTES) {
        throw unfit(path, "equal arrays are not equal in a set; use Buffer instead of byte[]");
      }
      return new SetShape(element);
    }
    if (raw == Map.class) {
      if (!type.arguments().isEmpty() && type.arguments().get(0).raw() != String.class) {
        throw unfit(
            path,
            "the keys of a map that travels are strings, these are "
                + type.arguments().get(0));
      }
      return new MapShape(argument(type, 1, path + "{}"));
    }
    if (raw == Optional.class) {
      throw unfit(path, "Optional can only be the type of a component itself");
    }
    if (raw.isEnum()) {
      return enumeration(raw);
    }
    if (raw.isRecord()) {
      return record(type, path);
    }
    if (isSealedInterface(raw)) {
      return choice(type, path);
    }
    throw unfit(path, raw.getTypeName() + " is not a type that can travel");
  }

  private Shape argument(Bound type, int index, String path) {
    if (type.arguments().isEmpty()) {
      throw unfit(path, "the type of its elements is not given");
    }
    return shape(type.arguments().get(index), path);
  }

  @SuppressWarnings("unchecked")
  private static EnumShape enumeration(Class<?> raw) {
    return new EnumShape((Class<? extends Enum<?>>) raw);
  }

  private Shape record(Bound type, String path) {
    Shape before = known.get(type);
    if (before != null) {
      return before;
    }
    Class<? extends Record> raw = type.raw().asSubclass(Record.class);
    checkAccess(raw, path);
    List<Field> fields = new ArrayList<>();
    RecordShape shape = new RecordShape(raw, type.toString(), fields);
    known.put(type, shape);
    for (RecordComponent component : raw.getRecordComponents()) {
      fields.add(field(type, component, path + "." + component.getName()));
    }
    return shape;
  }

  private Field field(Bound owner, RecordComponent component, String path) {
    AnnotatedType annotated = component.getAnnotatedType();
    Bound type = bound(component, owner, path);
    if (type.raw() == Optional.class) {
      checkElements(annotated, path);
      return new Field(component.getName(), argument(type, 0, path), Presence.OPTIONAL);
    }
    checkElements(annotated, path);
    boolean nullable =
        isNullable(annotated) || isNullable(component) || isNullable(component.getAccessor());
    return new Field(
        component.getName(), shape(type, path), nullable ? Presence.NULLABLE : Presence.REQUIRED);
  }

  private Shape choice(Bound type, String path) {
    Shape before = known.get(type);
    if (before != null) {
      return before;
    }
    Map<String, RecordShape> members = new TreeMap<>();
    ChoiceShape shape = new ChoiceShape(type.raw(), Collections.unmodifiableMap(members));
    known.put(type, shape);
    addMembers(type.raw(), members, path);
    return shape;
  }

  private void addMembers(Class<?> parent, Map<String, RecordShape> members, String path) {
    for (Class<?> member : parent.getPermittedSubclasses()) {
      String memberPath = path + "(" + member.getSimpleName() + ")";
      if (isSealedInterface(member)) {
        addMembers(member, members, path);
      } else if (!member.isRecord()) {
        throw unfit(
            memberPath,
            member.getName() + " is neither a record nor a sealed interface of records");
      } else {
        RecordShape shape = (RecordShape) record(bound(member, memberPath), memberPath);
        RecordShape other = members.put(member.getSimpleName(), shape);
        if (other != null && other != shape) {
          throw unfit(
              memberPath,
              other.type().getName() + " and " + member.getName()
                  + " have the same simple name, which is their name on the wire");
        }
      }
    }
  }

  /** The framework's module has to read the user's module and needs its package open, as the JDK's reflection rules say. */
  private void checkAccess(Class<?> type, String path) {
    Module own = ShapeReader.class.getModule();
    own.addReads(type.getModule());
    try {
      MethodHandles.privateLookupIn(type, MethodHandles.lookup());
    } catch (IllegalAccessException e) {
      throw unfit(
          path,
          "the framework may not use " + type.getName() + "; add 'opens " + type.getPackageName()
              + (own.isNamed() ? " to " + own.getName() : "") + ";' to the module-info of "
              + type.getModule().getName());
    }
  }

  private void checkElements(AnnotatedType type, String path) {
    if (type instanceof AnnotatedParameterizedType parameterized) {
      for (AnnotatedType argument : parameterized.getAnnotatedActualTypeArguments()) {
        if (isNullable(argument)) {
          throw unfit(path, "elements that are null cannot travel");
        }
        checkElements(argument, path);
      }
    }
  }

  private static boolean isNullable(AnnotatedElement element) {
    for (Annotation annotation : element.getAnnotations()) {
      if (annotation.annotationType().getSimpleName().equals("Nullable")) {
        return true;
      }
    }
    return false;
  }

  private static boolean isSealedInterface(Class<?> type) {
    return type.isInterface() && type.isSealed();
  }

  private Bound bound(Class<?> type, String path) {
    try {
      return Bound.of(type);
    } catch (Bound.UnboundException e) {
      throw unfit(path, String.valueOf(e.getMessage()));
    }
  }

  private Bound bound(RecordComponent component, Bound owner, String path) {
    try {
      return Bound.of(component.getGenericType(), owner);
    } catch (Bound.UnboundException e) {
      throw unfit(path, String.valueOf(e.getMessage()));
    }
  }

  private ContractException unfit(String path, String reason) {
    return ContractException.invalid(contract, path + ": " + reason);
  }
}
