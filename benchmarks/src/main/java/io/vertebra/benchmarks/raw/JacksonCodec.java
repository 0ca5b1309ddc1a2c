package io.vertebra.benchmarks.raw;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Hands over the same instance locally; a length and what Jackson writes on the wire. */
final class JacksonCodec<T> implements MessageCodec<T, T> {
  private final String name;
  private final ObjectReader reader;
  private final ObjectWriter writer;

  JacksonCodec(String name, Class<T> type, ObjectMapper mapper) {
    this.name = name;
    this.reader = mapper.readerFor(type);
    this.writer = mapper.writerFor(type);
  }

  @Override
  public void encodeToWire(Buffer buffer, T message) {
    try {
      byte[] bytes = writer.writeValueAsBytes(message);
      buffer.appendInt(bytes.length).appendBytes(bytes);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public T decodeFromWire(int position, Buffer buffer) {
    int start = position + Integer.BYTES;
    try {
      return reader.readValue(buffer.getBytes(start, start + buffer.getInt(position)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public T transform(T message) {
    return message;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public byte systemCodecID() {
    return -1;
  }
}
