package io.flotilla.cli.rows;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a CSV, one at a time: plain numbers between commas. If the first line holds anything but
 * numbers it is the header, and its columns {@code id}, {@code label} and {@code cohort} are left
 * out. One thread.
 */
public final class RowReader implements Closeable {
  private static final Set<String> NOT_FEATURES = Set.of("id", "label", "cohort");
  private static final int MAX_COLUMNS = 1 << 20;
  private static final int MAX_LINE_CHARS = 1 << 24;

  private final BufferedReader lines;
  private final String name;
  private List<String> header = List.of();
  private Optional<String> label = Optional.empty();
  private int line;

  private RowReader(InputStream in, String name) {
    this.lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    this.name = name;
  }

  /**
   * Opens a file, or standard input where the file is {@code -}.
   *
   * @throws FlotillaException {@code FILE_MISSING} if it cannot be read
   */
  public static RowReader open(Path file, InputStream standardInput) {
    if (file.toString().equals("-")) {
      return new RowReader(standardInput, "standard input");
    }
    try {
      return new RowReader(Files.newInputStream(file), file.toString());
    } catch (IOException e) {
      throw new FlotillaException(ErrorCode.FILE_MISSING, "there is no readable file " + file, e);
    }
  }

  /**
   * The next row's features; empty at the end.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if a value is not a number or the row has
   *     another number of columns than the header, naming line and column
   */
  public Optional<double[]> next() throws IOException {
    for (String text = readLine(); text != null; text = readLine()) {
      if (text.isBlank()) {
        continue;
      }
      String[] cells = text.split(",", MAX_COLUMNS);
      if (line == 1 && !isNumbers(cells)) {
        header = List.of(cells).stream().map(String::strip).toList();
      } else {
        return Optional.of(features(cells));
      }
    }
    return Optional.empty();
  }

  /** What the label column of the last row says; empty if there is none. */
  public Optional<String> label() {
    return label;
  }

  /** As {@link BufferedReader#readLine}, for files whose lines may have no end. */
  private @Nullable String readLine() throws IOException {
    line++;
    StringBuilder text = new StringBuilder();
    int next = lines.read();
    if (next < 0) {
      return null;
    }
    while (next >= 0 && next != '\n') {
      if (text.length() == MAX_LINE_CHARS) {
        throw invalid("has more than %d characters".formatted(MAX_LINE_CHARS), null);
      }
      text.append((char) next);
      next = lines.read();
    }
    return text.toString();
  }

  private double[] features(String[] cells) {
    if (!header.isEmpty() && header.size() != cells.length) {
      throw invalid("has %d columns, its header %d".formatted(cells.length, header.size()), null);
    }
    List<Double> values = new ArrayList<>();
    int labelled = header.indexOf("label");
    label = labelled < 0 ? Optional.empty() : Optional.of(cells[labelled].strip());
    for (int i = 0; i < cells.length; i++) {
      if (header.isEmpty() || !NOT_FEATURES.contains(header.get(i))) {
        String column = header.isEmpty() ? Integer.toString(i + 1) : header.get(i);
        values.add(number(cells[i].strip(), column));
      }
    }
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private double number(String text, String column) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw invalid("column %s: '%s' is not a number".formatted(column, text), e);
    }
  }

  private static boolean isNumbers(String[] cells) {
    for (String cell : cells) {
      try {
        Double.parseDouble(cell);
      } catch (NumberFormatException e) {
        return false;
      }
    }
    return true;
  }

  private FlotillaException invalid(String what, @Nullable Throwable cause) {
    String sentence = "%s, line %d: %s".formatted(name, line, what);
    return cause == null
        ? new FlotillaException(ErrorCode.INPUT_INVALID, sentence)
        : new FlotillaException(ErrorCode.INPUT_INVALID, sentence, cause);
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
