package io.vertebra.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.vertebra.contract.Contract;
import io.vertebra.contract.Request;
import io.vertebra.contract.Shape;
import io.vertebra.contract.Shape.Field;
import io.vertebra.contract.Shape.RecordShape;
import io.vertebra.error.ContractException;
import io.vertebra.error.GatewayException;
import io.vertebra.wire.Format;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes the message of a contract of an HTTP request: of its body, and of parameters of its path,
 * its query and its header for idempotency. A field that is given twice has to have one value.
 */
final class MessageReader<Q> {
  private static final Pattern PATH_PARAMETER = Pattern.compile(":([A-Za-z0-9_]+)");
  private static final JsonFactory JSON =
      JsonFactory.builder().disable(JsonFactory.Feature.INTERN_FIELD_NAMES).build();

  private final Contract contract;
  private final Class<Q> type;
  private final String name;
  private final Map<String, Field> fields = new HashMap<>();
  private final Map<String, Parameter> fromPath = new HashMap<>();
  private final Map<String, Parameter> fromQuery = new HashMap<>();
  private @Nullable Parameter fromHeader;

  MessageReader(Request<Q, ?> contract, String path) {
    this.contract = contract;
    this.type = contract.requestType();
    this.name = type.getSimpleName();
    if (Shape.of(type) instanceof RecordShape shape) {
      shape.fields().forEach(field -> fields.put(field.name(), field));
    }
    Matcher parameters = PATH_PARAMETER.matcher(path);
    while (parameters.find()) {
      fromPath.put(parameters.group(1), single(parameters.group(1)));
    }
  }

  /** Takes every field that a text can hold from the query, unless the path has it. */
  void takeQuery() {
    fields.forEach((field, shape) -> {
      Parameter parameter = Parameter.find(shape);
      if (parameter != null && !fromPath.containsKey(field)) {
        fromQuery.put(field, parameter);
      }
    });
  }

  void takeIdempotencyKey(String field) {
    fromHeader = single(field);
  }

  /** That a message can be made without a body. */
  void requireNoBody() {
    if (fields.isEmpty() && !type.isRecord()) {
      throw new IllegalArgumentException("Parameters cannot say which " + name + " of '"
          + contract.name() + "' is meant; use a route with a body");
    }
    fields.values().forEach(field -> {
      if (field.presence() == Shape.Presence.REQUIRED && Parameter.find(field) == null) {
        throw new IllegalArgumentException("Parameters cannot hold " + name + "." + field.name()
            + " of '" + contract.name() + "'; use a route with a body");
      }
    });
  }

  private Parameter single(String field) {
    Field shape = fields.get(field);
    Parameter parameter = shape == null ? null : Parameter.find(shape);
    if (parameter == null || parameter.isMany()) {
      throw new IllegalArgumentException(name + " of '" + contract.name() + "' has no field '"
          + field + "' that one text can hold");
    }
    return parameter;
  }

  /**
   * The message.
   *
   * @param idempotencyKey the value of that header, or null
   * @throws ContractException {@code MESSAGE_INVALID} if it is none, naming the field
   * @throws GatewayException {@code BAD_REQUEST} if a field is given twice
   */
  Q read(RoutingContext http, Buffer body, @Nullable String idempotencyKey) {
    Map<Parameter, List<String>> given = given(http, idempotencyKey);
    Buffer json = given.isEmpty() && body.length() > 0 ? body : merge(given, body);
    return Format.JSON.decode(type, json, contract.name());
  }

  private Map<Parameter, List<String>> given(RoutingContext http, @Nullable String idempotencyKey) {
    Map<Parameter, List<String>> given = new HashMap<>();
    fromPath.forEach((field, parameter) -> {
      String text = http.pathParam(field);
      if (text != null) {
        given.put(parameter, List.of(text));
      }
    });
    if (!fromQuery.isEmpty()) {
      MultiMap query = http.queryParams();
      fromQuery.forEach((field, parameter) -> {
        List<String> texts = query.getAll(field);
        if (!texts.isEmpty()) {
          given.put(parameter, texts);
        }
      });
    }
    if (fromHeader != null && idempotencyKey != null) {
      List<String> before = given.put(fromHeader, List.of(idempotencyKey));
      if (before != null && !before.contains(idempotencyKey)) {
        throw givenTwice(fromHeader.field());
      }
    }
    return given;
  }

  private Buffer merge(Map<Parameter, List<String>> given, Buffer body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(body.length() + 128);
    try (JsonGenerator out = JSON.createGenerator(bytes)) {
      out.writeStartObject();
      for (Map.Entry<Parameter, List<String>> each : given.entrySet()) {
        out.writeFieldName(each.getKey().field());
        each.getKey().write(each.getValue(), out, name);
      }
      if (body.length() > 0 && !copy(body, given, out)) {
        return body;
      }
      out.writeEndObject();
    } catch (IOException malformed) {
      throw ContractException.messageInvalid(
          contract.name(), name + ": the body is no well-formed JSON");
    }
    return Buffer.buffer(bytes.toByteArray());
  }

  /** Copies the fields of the body; false if it is no object. */
  private boolean copy(Buffer body, Map<Parameter, List<String>> given, JsonGenerator out)
      throws IOException {
    try (JsonParser in = JSON.createParser(body.getBytes())) {
      if (in.nextToken() != JsonToken.START_OBJECT) {
        return false;
      }
      while (in.nextToken() == JsonToken.FIELD_NAME) {
        String field = in.currentName();
        List<String> other = valueOf(field, given);
        JsonToken value = in.nextToken();
        if (other == null) {
          out.writeFieldName(field);
          copyValue(in, out);
        } else if (value == null
            || !value.isScalarValue()
            || !other.equals(List.of(in.getText()))) {
          throw givenTwice(field);
        }
      }
      if (in.nextToken() != null) {
        throw ContractException.messageInvalid(
            contract.name(), name + ": more bytes follow the message");
      }
      return true;
    }
  }

  /** Numbers keep all their digits. */
  private static void copyValue(JsonParser in, JsonGenerator out) throws IOException {
    int depth = 0;
    do {
      JsonToken token = in.currentToken();
      if (token == null) {
        throw new IOException("the body ends early");
      }
      out.copyCurrentEventExact(in);
      depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
      if (depth > 0) {
        in.nextToken();
      }
    } while (depth > 0);
  }

  private static @Nullable List<String> valueOf(
      @Nullable String field, Map<Parameter, List<String>> given) {
    for (Map.Entry<Parameter, List<String>> each : given.entrySet()) {
      if (each.getKey().field().equals(field)) {
        return each.getValue();
      }
    }
    return null;
  }

  private GatewayException givenTwice(String field) {
    return GatewayException.badRequest(
        name + "." + field + ": the request gives it twice, with different values");
  }
}
