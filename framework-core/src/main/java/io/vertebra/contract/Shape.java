package io.vertebra.contract;

import io.vertx.core.json.JsonObject;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * What a message is made of. Messages are records or sealed interfaces of records; their components
 * are
 *
 * <ul>
 *   <li>records and sealed interfaces of records again, also recursive ones and generic ones whose
 *       type arguments are all given,
 *   <li>the {@link Scalar} types and enums,
 *   <li>{@code List<X>}, {@code Set<X>}, {@code Map<String, X>}, without null elements,
 *   <li>{@code Optional<X>}, directly as the type of a component.
 * </ul>
 *
 * <p>Every component is required unless it is an {@code Optional} or carries an annotation named
 * {@code Nullable}. A member of a sealed interface is known on the wire by its simple name.
 */
public sealed interface Shape
    permits Scalar,
        Shape.EnumShape,
        Shape.ListShape,
        Shape.SetShape,
        Shape.MapShape,
        Shape.ChoiceShape,
        Shape.RecordShape {
  /**
   * The shape of a message type.
   *
   * @throws io.vertebra.error.ContractException {@code CONTRACT_INVALID} if the type cannot travel
   */
  static Shape of(Class<?> messageType) {
    return new ShapeReader(messageType.getSimpleName()).message(messageType);
  }

  /** The shape as a JSON Schema 2020-12 that stands on its own. */
  default JsonObject toSchema() {
    return SchemaWriter.document(this);
  }

  /** An enum, known on the wire by the names of its constants. */
  record EnumShape(Class<? extends Enum<?>> type) implements Shape {}

  /** A list. */
  record ListShape(Shape element) implements Shape {}

  /** A set. */
  record SetShape(Shape element) implements Shape {}

  /** A map with text keys. */
  record MapShape(Shape value) implements Shape {}

  /**
   * A sealed interface.
   *
   * @param type the interface
   * @param members the records that it permits, directly or through nested sealed interfaces, by simple name
   */
  record ChoiceShape(Class<?> type, Map<String, RecordShape> members) implements Shape {
    @Override
    public String toString() {
      return type.getSimpleName();
    }
  }

  /** A record. Shapes of recursive records contain themselves, so they are compared by identity. */
  final class RecordShape implements Shape {
    private final Class<? extends Record> type;
    private final String name;
    private final List<Field> fields;

    RecordShape(Class<? extends Record> type, String name, List<Field> fields) {
      this.type = type;
      this.name = name;
      this.fields = Collections.unmodifiableList(fields);
    }

    /** The record class. */
    public Class<? extends Record> type() {
      return type;
    }

    /** The simple name, with type arguments if there are any. */
    public String name() {
      return name;
    }

    /** The fields in the order of the record's components. */
    public List<Field> fields() {
      return fields;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /**
   * A component of a record.
   *
   * @param name its name, also on the wire
   * @param shape what it holds; for an {@code Optional} what that holds
   * @param presence whether and how it may be missing
   */
  record Field(String name, Shape shape, Presence presence) {}

  /** Whether a field may be missing. */
  enum Presence {
    /** A message without it is invalid. */
    REQUIRED,
    /** Missing is an empty {@code Optional}. */
    OPTIONAL,
    /** Missing is null. */
    NULLABLE
  }
}
