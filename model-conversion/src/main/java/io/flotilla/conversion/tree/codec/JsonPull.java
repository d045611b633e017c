package io.flotilla.conversion.tree.codec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.Printable;
import io.flotilla.bundle.failure.StorageFailures;
import io.flotilla.conversion.tree.ensemble.InvalidTree;
import io.flotilla.conversion.tree.ensemble.TreeLimits;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads JSON as it comes by, without a tree of it in memory. */
final class JsonPull {
  // A node of a dump opens two levels: its object and the list of its children.
  private static final int NESTING = 2 * TreeLimits.DEPTH + 100;
  private static final int STRING_CHARS = 1 << 20;
  private static final int NUMBER_CHARS = 64;
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          // Statistics that nobody needs may be infinite.
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(NESTING)
                  .maxDocumentLength(TreeLimits.FILE_BYTES)
                  .maxStringLength(STRING_CHARS)
                  .maxNameLength(4_096)
                  .maxNumberLength(NUMBER_CHARS)
                  .build())
          .build();

  private final JsonParser parser;
  private final String file;

  private JsonPull(JsonParser parser, String file) {
    this.parser = parser;
    this.file = file;
  }

  /** What to do with the document; the parser stands at its first token. */
  interface Document<T> {
    T read(JsonPull json) throws IOException;
  }

  /** What to do with a value; the parser stands at its first token and must be left at its last. */
  interface Value {
    void read() throws IOException;
  }

  /** What to do with the value of a key; as {@link Value}. */
  interface Member {
    void read(String key) throws IOException;
  }

  /**
   * Reads a document.
   *
   * @param in closed at the end
   * @param file what it is, for messages
   * @throws FlotillaException {@code TREE_DUMP_INVALID} if it is no JSON or over a limit, {@code
   *     STORAGE_FAILED} if the disk fails, and what the reader throws
   */
  static <T> T read(InputStream in, String file, Document<T> document) {
    return begin(
        in,
        file,
        json -> {
          T read = document.read(json);
          if (json.parser.nextToken() != null) {
            throw InvalidTree.of("%s goes on after its end".formatted(file));
          }
          return read;
        });
  }

  /** Reads as much of a document as is wanted; as {@link #read}. */
  static <T> T begin(InputStream in, String file, Document<T> document) {
    try (in;
        JsonParser parser = FACTORY.createParser(in)) {
      parser.nextToken();
      return document.read(new JsonPull(parser, file));
    } catch (JsonProcessingException e) {
      String detail = e.getOriginalMessage().lines().findFirst().orElse("");
      throw InvalidTree.of("%s is no whole JSON: %s".formatted(file, Printable.of(detail)), e);
    } catch (CharConversionException e) {
      throw InvalidTree.of("%s is no UTF-8".formatted(file), e);
    } catch (IOException e) {
      throw StorageFailures.of("read " + file, e);
    }
  }

  JsonParser parser() {
    return parser;
  }

  boolean at(JsonToken token) {
    return parser.currentToken() == token;
  }

  /** Goes through the members of an object. */
  void object(String what, Member member) throws IOException {
    require(JsonToken.START_OBJECT, what, "an object");
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      parser.nextToken();
      member.read(key);
    }
  }

  /** Goes through the elements of a list. */
  void list(String what, Value element) throws IOException {
    require(JsonToken.START_ARRAY, what, "a list");
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      element.read();
    }
  }

  /** Leaves a value out. */
  void skip() throws IOException {
    parser.skipChildren();
  }

  /** A text, or a number as it is written. */
  String text(String what) throws IOException {
    if (!parser.currentToken().isScalarValue()) {
      throw wrong(what, "a text");
    }
    return parser.getText();
  }

  /** Short texts. */
  List<String> texts(String what, int most) throws IOException {
    List<String> texts = new ArrayList<>();
    list(
        what,
        () -> {
          if (texts.size() == most) {
            throw wrong(what, "at most %d long".formatted(most));
          }
          texts.add(text(what));
        });
    return texts;
  }

  /** Whether true, or 1. */
  boolean flag(String what) throws IOException {
    return integer(what) != 0;
  }

  /** A whole number; also as a text, and true and false as 1 and 0. */
  int integer(String what) throws IOException {
    return switch (parser.currentToken()) {
      case VALUE_TRUE -> 1;
      case VALUE_FALSE -> 0;
      case VALUE_NUMBER_INT -> parser.getIntValue();
      case VALUE_STRING -> Numbers.integer(parser.getText(), what);
      case null, default -> throw wrong(what, "a whole number");
    };
  }

  /** A 32-bit number, from its digits: by way of a double it could be rounded twice. */
  float number(String what) throws IOException {
    return Numbers.float32(digits(what), what);
  }

  /** A 64-bit number. */
  double number64(String what) throws IOException {
    return Numbers.float64(digits(what), what);
  }

  private String digits(String what) throws IOException {
    if (!at(JsonToken.VALUE_NUMBER_INT)
        && !at(JsonToken.VALUE_NUMBER_FLOAT)
        && !at(JsonToken.VALUE_STRING)) {
      throw wrong(what, "a number");
    }
    return parser.getText();
  }

  /** Whole numbers, at most as many as there may be nodes. */
  int[] integers(String what) throws IOException {
    int[] read = new int[16];
    int size = 0;
    require(JsonToken.START_ARRAY, what, "a list");
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (size == read.length) {
        read = Arrays.copyOf(read, grown(what, size));
      }
      read[size++] = integer(what);
    }
    return Arrays.copyOf(read, size);
  }

  /** 32-bit numbers, at most as many as there may be nodes. */
  float[] numbers(String what) throws IOException {
    float[] read = new float[16];
    int size = 0;
    require(JsonToken.START_ARRAY, what, "a list");
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (size == read.length) {
        read = Arrays.copyOf(read, grown(what, size));
      }
      read[size++] = number(what);
    }
    return Arrays.copyOf(read, size);
  }

  private int grown(String what, int size) {
    if (size >= TreeLimits.NODES) {
      throw wrong(what, "at most %d long".formatted(TreeLimits.NODES));
    }
    return Math.min(size * 2, TreeLimits.NODES);
  }

  private void require(JsonToken token, String what, String kind) {
    if (!at(token)) {
      throw wrong(what, kind);
    }
  }

  /** That something is not what it should be. */
  FlotillaException wrong(String what, String kind) {
    return InvalidTree.of("%s: %s is not %s".formatted(file, Printable.of(what), kind));
  }
}
