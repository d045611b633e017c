package io.flotilla.drift.codec;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads CBOR element by element, each of the expected kind and within its limit. */
final class CborIn implements AutoCloseable {
  private final JsonParser parser;
  private @Nullable JsonToken peeked;

  CborIn(JsonParser parser) {
    this.parser = parser;
  }

  /** How one element of a list is read. */
  @FunctionalInterface
  interface Element<T> {
    T read(CborIn in) throws IOException;
  }

  void startArray() throws IOException {
    require(JsonToken.START_ARRAY);
  }

  void endArray() throws IOException {
    require(JsonToken.END_ARRAY);
  }

  /** Whether the open array has another element; its end is consumed if it has not. */
  boolean hasMore() throws IOException {
    peeked = parser.nextToken();
    if (peeked == null) {
      throw malformed("the bytes end early");
    }
    if (peeked == JsonToken.END_ARRAY) {
      peeked = null;
      return false;
    }
    return true;
  }

  void version(int known) throws IOException {
    long version = count(Integer.MAX_VALUE);
    if (version != known) {
      throw malformed("version " + version + " is not known here, only " + known);
    }
  }

  long count(long most) throws IOException {
    require(JsonToken.VALUE_NUMBER_INT);
    long value = parser.getLongValue();
    if (value < 0 || value > most) {
      throw malformed("the number " + value + " is not in 0 to " + most);
    }
    return value;
  }

  double number() throws IOException {
    require(JsonToken.VALUE_NUMBER_FLOAT);
    return parser.getDoubleValue();
  }

  String text() throws IOException {
    require(JsonToken.VALUE_STRING);
    return parser.getText();
  }

  <T> List<T> list(int most, Element<T> element) throws IOException {
    startArray();
    List<T> elements = new ArrayList<>();
    while (hasMore()) {
      if (elements.size() == most) {
        throw malformed("a list has more than " + most + " elements");
      }
      elements.add(element.read(this));
    }
    return elements;
  }

  long[] counts(int most) throws IOException {
    startArray();
    long[] counts = new long[most];
    int size = 0;
    while (hasMore()) {
      if (size == most) {
        throw malformed("a list has more than " + most + " counts");
      }
      counts[size++] = count(Long.MAX_VALUE);
    }
    return Arrays.copyOf(counts, size);
  }

  /** Checks that nothing follows. */
  void end() throws IOException {
    if (parser.nextToken() != null) {
      throw malformed("bytes follow the end");
    }
  }

  IOException malformed(String message) {
    return new IOException(message);
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }

  private void require(JsonToken expected) throws IOException {
    JsonToken token = peeked == null ? parser.nextToken() : peeked;
    peeked = null;
    if (token != expected) {
      throw malformed("expected " + expected + ", found " + token);
    }
  }
}
