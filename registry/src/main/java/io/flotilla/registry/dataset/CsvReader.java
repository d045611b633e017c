package io.flotilla.registry.dataset;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads a CSV table row by row: RFC 4180 in UTF-8, with a header row, lines ending in LF or CRLF,
 * every row as wide as the header. Empty lines are allowed only at the end. Confined to one thread.
 */
public final class CsvReader implements AutoCloseable {
  /** Most columns of a table. */
  public static final int MAX_COLUMNS = 4096;

  /** Longest field in characters. */
  public static final int MAX_FIELD_CHARS = 4096;

  /** Most rows of a table, the header not counted. */
  public static final long MAX_ROWS = 10_000_000;

  private static final int END = -1;
  private static final int BYTE_ORDER_MARK = 0xFEFF;

  private final Reader reader;
  private final List<String> columns;
  private long rows;
  private int next;

  /**
   * Begins to read; closing this reader closes the stream, also when the constructor fails.
   *
   * @throws FlotillaException {@code DATASET_INVALID} if there is no header, a column has no name
   *     or the name of another, or a limit is passed
   * @throws IOException if the stream fails
   */
  public CsvReader(InputStream csv) throws IOException {
    reader =
        new BufferedReader(
            new InputStreamReader(
                new BufferedInputStream(csv),
                StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)));
    boolean begun = false;
    try {
      advance();
      if (next == BYTE_ORDER_MARK) {
        advance();
      }
      columns = List.copyOf(row(MAX_COLUMNS));
      requireNames(columns);
      begun = true;
    } finally {
      if (!begun) {
        reader.close();
      }
    }
  }

  /**
   * Begins to read a file.
   *
   * @throws FlotillaException as the constructor
   * @throws IOException if the file cannot be read
   */
  public static CsvReader open(Path file) throws IOException {
    return new CsvReader(Files.newInputStream(file));
  }

  /** The names in the header, in order, all different. */
  public List<String> columns() {
    return columns;
  }

  /** Rows given so far. */
  public long rows() {
    return rows;
  }

  /**
   * The next row, with as many fields as there are columns; empty at the end.
   *
   * @throws FlotillaException {@code DATASET_INVALID}, naming the row, if it is malformed or a
   *     limit is passed
   * @throws IOException if the stream fails
   */
  public Optional<List<String>> next() throws IOException {
    if (atEnd()) {
      return Optional.empty();
    }
    if (rows == MAX_ROWS) {
      throw invalid("there are more than %d rows".formatted(MAX_ROWS));
    }
    rows++;
    List<String> fields = row(columns.size());
    if (fields.size() != columns.size()) {
      throw invalid("%d fields where %d belong".formatted(fields.size(), columns.size()));
    }
    return Optional.of(fields);
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }

  private boolean atEnd() throws IOException {
    boolean emptyLine = false;
    while (next == '\n' || next == '\r') {
      emptyLine = true;
      advance();
    }
    if (emptyLine && next != END) {
      throw invalid("an empty line before row %d".formatted(rows + 1));
    }
    return next == END;
  }

  private List<String> row(int most) throws IOException {
    List<String> fields = new ArrayList<>();
    while (true) {
      if (fields.size() == most) {
        throw invalid("more than %d fields".formatted(most));
      }
      fields.add(next == '"' ? quoted() : plain());
      if (next != ',') {
        endLine();
        return fields;
      }
      advance();
    }
  }

  private String plain() throws IOException {
    StringBuilder field = new StringBuilder();
    while (next != ',' && next != '\n' && next != '\r' && next != END) {
      if (next == '"') {
        throw invalid("a quote inside a field that does not begin with one");
      }
      append(field);
    }
    return field.toString();
  }

  private String quoted() throws IOException {
    StringBuilder field = new StringBuilder();
    advance();
    while (true) {
      if (next == END) {
        throw invalid("a quoted field does not end");
      }
      if (next == '"') {
        advance();
        if (next != '"') {
          return field.toString();
        }
      }
      append(field);
    }
  }

  private void append(StringBuilder field) throws IOException {
    if (next == 0) {
      throw invalid("a NUL character: this is not a text file");
    }
    if (field.length() == MAX_FIELD_CHARS) {
      throw invalid("a field over %d characters".formatted(MAX_FIELD_CHARS));
    }
    field.append((char) next);
    advance();
  }

  private void endLine() throws IOException {
    if (next == '\r') {
      advance();
      if (next != '\n') {
        throw invalid("a carriage return without a line feed");
      }
    }
    if (next == '\n') {
      advance();
    } else if (next != END) {
      throw invalid("text after the closing quote of a field");
    }
  }

  private void advance() throws IOException {
    try {
      next = reader.read();
    } catch (CharacterCodingException e) {
      throw new FlotillaException(ErrorCode.DATASET_INVALID, "the table is not UTF-8 text", e);
    }
  }

  private static void requireNames(List<String> columns) {
    Set<String> seen = new HashSet<>();
    for (String column : columns) {
      if (column.isBlank()) {
        throw new FlotillaException(
            ErrorCode.DATASET_INVALID, "the header has a column without a name");
      }
      if (!seen.add(column)) {
        throw new FlotillaException(
            ErrorCode.DATASET_INVALID, "the header names the column %s twice".formatted(column));
      }
    }
  }

  private FlotillaException invalid(String what) {
    String where = rows == 0 ? "in the header" : "in row " + rows;
    return new FlotillaException(ErrorCode.DATASET_INVALID, "%s %s".formatted(what, where));
  }
}
