package io.flotilla.registry.dataset.codec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.dataset.table.Column;
import io.flotilla.registry.dataset.table.RowMeter;
import io.flotilla.registry.dataset.table.RowSource;
import io.flotilla.registry.dataset.table.TableLimits;
import io.flotilla.registry.dataset.table.TextValues;
import io.flotilla.registry.dataset.table.Value;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Flat JSON objects one after the other, in UTF-8, by custom one a line: NDJSON, JSON Lines. The
 * columns are the keys of all objects in the order in which they first occur; a key that an object
 * lacks, or that is {@code null} there, is a missing value. Texts that are ISO 8601 dates or times
 * are timestamps. The file is read twice, first for its keys.
 */
public final class NdjsonRows implements RowSource {
  private static final int BYTE_ORDER_MARK = 0xFEFF;
  private static final int MAX_NUMBER_CHARS = 400;

  /** Deep enough that a nested value is refused by name and not by its depth. */
  private static final int MAX_DEPTH = 8;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(TableLimits.MAX_VALUE_CHARS)
                  .maxNameLength(TableLimits.MAX_NAME_CHARS)
                  .maxNumberLength(MAX_NUMBER_CHARS)
                  .maxNestingDepth(MAX_DEPTH)
                  .build())
          .build();

  private final JsonParser parser;
  private final Map<String, Integer> places;
  private final List<Column> columns;
  private final RowMeter meter;

  private NdjsonRows(Path file, Map<String, Integer> places, List<String> names)
      throws IOException {
    this.places = places;
    columns = names.stream().map(Column::untyped).toList();
    meter = new RowMeter(columns.size());
    parser = parser(file);
  }

  /**
   * Finds the columns and begins to read.
   *
   * @throws FlotillaException {@code DATASET_INVALID}, naming the row, if something is not a flat
   *     JSON object or a limit is passed
   * @throws IOException if the file cannot be read
   */
  public static NdjsonRows open(Path file) throws IOException {
    Map<String, Integer> places = new HashMap<>();
    List<String> names = new ArrayList<>();
    long rows = 0;
    try (JsonParser parser = parser(file)) {
      while (nextToken(parser, rows + 1) != null) {
        rows++;
        requireObject(parser, rows);
        while (nextToken(parser, rows) == JsonToken.FIELD_NAME) {
          String name = parser.currentName();
          if (!places.containsKey(name)) {
            if (places.size() == TableLimits.MAX_COLUMNS) {
              throw TableLimits.invalid(
                  "more than %d different keys".formatted(TableLimits.MAX_COLUMNS));
            }
            places.put(name, places.size());
            names.add(name);
          }
          requireFlat(nextToken(parser, rows), name, rows);
        }
      }
    }
    if (rows == 0) {
      throw TableLimits.invalid("the file holds no JSON object");
    }
    TableLimits.requireNames(names);
    return new NdjsonRows(file, places, names);
  }

  @Override
  public List<Column> columns() {
    return columns;
  }

  @Override
  public Optional<List<Value>> next() throws IOException {
    if (nextToken(parser, rows() + 1) == null) {
      return Optional.empty();
    }
    meter.row();
    requireObject(parser, rows());
    Value[] values = new Value[columns.size()];
    Arrays.fill(values, Value.Missing.MISSING);
    while (nextToken(parser, rows()) == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      Integer place = places.get(name);
      JsonToken token = nextToken(parser, rows());
      requireFlat(token, name, rows());
      if (place == null) {
        throw new IOException("the file changed while it was read");
      }
      values[place] = value(token);
    }
    return Optional.of(Arrays.asList(values));
  }

  @Override
  public long rows() {
    return meter.rows();
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }

  private Value value(@Nullable JsonToken token) throws IOException {
    try {
      return switch (token) {
        case null -> throw new IOException("the file ends within row " + rows());
        case VALUE_NULL -> Value.Missing.MISSING;
        case VALUE_TRUE -> new Value.Truth(true);
        case VALUE_FALSE -> new Value.Truth(false);
        case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number();
        default -> text();
      };
    } catch (JsonProcessingException e) {
      throw malformed(e, rows());
    }
  }

  private Value number() throws IOException {
    String text = parser.getText();
    meter.text(text.length());
    // JSON's numbers are a part of what a CSV field may be.
    return TextValues.of(text);
  }

  private Value text() throws IOException {
    String text = parser.getText();
    meter.text(text.length());
    TableLimits.requireText(text, "a text in row " + rows());
    return TextValues.moment(text)
        .<Value>map(moment -> moment)
        .orElseGet(() -> new Value.Text(text));
  }

  private static void requireObject(JsonParser parser, long row) {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw TableLimits.invalid(
          "row %d is not a JSON object: give one object a line, without a list around them"
              .formatted(row));
    }
  }

  private static void requireFlat(@Nullable JsonToken token, String name, long row) {
    if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
      throw TableLimits.invalid(
          "the key %s holds %s in row %d: only flat objects can be a table"
              .formatted(name, token == JsonToken.START_OBJECT ? "an object" : "a list", row));
    }
  }

  private static JsonParser parser(Path file) throws IOException {
    Reader reader =
        new BufferedReader(
            new InputStreamReader(
                Files.newInputStream(file),
                StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)));
    boolean begun = false;
    try {
      reader.mark(1);
      if (reader.read() != BYTE_ORDER_MARK) {
        reader.reset();
      }
      JsonParser parser = JSON.createParser(reader);
      begun = true;
      return parser;
    } catch (CharacterCodingException e) {
      throw TableLimits.invalid("the file is not UTF-8 text", e);
    } finally {
      if (!begun) {
        reader.close();
      }
    }
  }

  private static @Nullable JsonToken nextToken(JsonParser parser, long row) throws IOException {
    try {
      return parser.nextToken();
    } catch (JsonProcessingException e) {
      throw malformed(e, row);
    } catch (CharacterCodingException e) {
      throw TableLimits.invalid("the file is not UTF-8 text near row %d".formatted(row), e);
    }
  }

  private static FlotillaException malformed(JsonProcessingException e, long row) {
    return TableLimits.invalid(
        "row %d is not well-formed JSON: %s".formatted(row, e.getOriginalMessage()), e);
  }
}
