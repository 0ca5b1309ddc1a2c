package io.vertebra.wire;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;

/** Writes and reads values of one shape, in any format. */
abstract class BodyCodec {
  /** Where the place of a problem begins if this is the codec of a whole body. */
  String root() {
    return "body";
  }

  /** Writes a value that is not null. */
  abstract void write(Object value, BodyWriter out);

  /** Reads the value that begins at the current token, which is not null, and stops at its last token. */
  abstract Object read(JsonParser in) throws IOException;
}
