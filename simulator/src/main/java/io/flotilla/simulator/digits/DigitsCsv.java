package io.flotilla.simulator.digits;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Digits as a dataset: a header, then {@code pixel_00,…,pixel_63,label}; lines end in LF. */
public final class DigitsCsv {
  private DigitsCsv() {}

  /** The rows as CSV in UTF-8. The same rows give the same bytes. */
  public static byte[] encode(List<DigitRow> rows) {
    StringBuilder text = new StringBuilder();
    text.append(String.join(",", Digits.featureNames())).append(",label\n");
    for (DigitRow row : rows) {
      for (float pixel : row.pixels()) {
        append(text, pixel).append(',');
      }
      text.append(row.label()).append('\n');
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Writes the rows to a file, replacing what is there.
   *
   * @throws FlotillaException {@code STORAGE_FAILED} if that fails
   */
  public static void write(Path file, List<DigitRow> rows) {
    try {
      Files.write(file, encode(rows));
    } catch (IOException e) {
      throw new FlotillaException(ErrorCode.STORAGE_FAILED, "cannot write " + file, e);
    }
  }

  private static StringBuilder append(StringBuilder text, float value) {
    int whole = (int) value;
    return whole == value ? text.append(whole) : text.append(value);
  }
}
