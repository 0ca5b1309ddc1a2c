package io.vertebra.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * Members of a sealed interface, with their simple name in {@code @type}. It is written first. Where
 * it is not, as after a database put the fields in its own order, the value takes a slower way.
 */
final class ChoiceCodec extends BodyCodec {
  private static final FieldName TYPE = new FieldName("@type");

  private final String root;
  private final Map<String, RecordCodec> byName = new HashMap<>();
  private final Map<Class<?>, RecordCodec> byClass = new HashMap<>();

  ChoiceCodec(String root) {
    this.root = root;
  }

  @Override
  String root() {
    return root;
  }

  void add(Class<?> type, RecordCodec codec) {
    byName.put(type.getSimpleName(), codec);
    byClass.put(type, codec);
  }

  @Override
  void write(Object value, BodyWriter out) {
    RecordCodec member = byClass.get(value.getClass());
    if (member == null) {
      throw new BodyProblem(
          "is of " + value.getClass().getName() + ", which is none of the declared types");
    }
    out.startObject();
    out.field(TYPE);
    out.text(member.typeName());
    member.writeFields(value, out);
  }

  @Override
  Object read(JsonParser in) throws IOException {
    if (in.currentToken() != JsonToken.START_OBJECT) {
      throw BodyProblem.expected("an object", in);
    }
    if (in.nextFieldName(TYPE.text())) {
      return readMember(in);
    }
    JsonParser ordered = TypeFirst.reorder(in, TYPE.name());
    ordered.nextToken();
    if (!ordered.nextFieldName(TYPE.text())) {
      throw new BodyProblem("a required field is missing").in(".@type");
    }
    return readMember(ordered);
  }

  private Object readMember(JsonParser in) throws IOException {
    if (in.nextToken() != JsonToken.VALUE_STRING) {
      throw BodyProblem.expected("the name of a type", in).in(".@type");
    }
    RecordCodec member = byName.get(in.getText());
    if (member == null) {
      throw new BodyProblem("is none of the declared types").in(".@type");
    }
    return member.readFields(in);
  }
}
