package io.flotilla.simulator.digits;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;

/**
 * The 1,797 digits of the UCI test set in file order; source and licence lie beside the resource in
 * {@code SOURCE.md}.
 */
public final class Digits {
  /** Rows in all. */
  public static final int ROWS = 1_797;

  /** Rows of {@link DigitsSplit#training()}, the first of the file. */
  public static final int TRAINING_ROWS = 1_000;

  /** Rows of {@link DigitsSplit#pool()}; the other 377 are held out. */
  public static final int POOL_ROWS = 420;

  private static final String RESOURCE = "digits.csv.gz";

  private final List<DigitRow> rows;

  private Digits(List<DigitRow> rows) {
    this.rows = List.copyOf(rows);
  }

  /** Reads the digits that come with this module. */
  public static Digits load() {
    List<DigitRow> rows = new ArrayList<>(ROWS);
    try (InputStream packed = Digits.class.getResourceAsStream(RESOURCE)) {
      if (packed == null) {
        throw new IllegalStateException("the simulator was built without " + RESOURCE);
      }
      BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(new GZIPInputStream(packed), StandardCharsets.US_ASCII));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        rows.add(parse(line));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("a resource of this module cannot be read", e);
    }
    if (rows.size() != ROWS) {
      throw new IllegalStateException(RESOURCE + " has " + rows.size() + " rows");
    }
    return new Digits(rows);
  }

  /** All rows in file order. */
  public List<DigitRow> rows() {
    return rows;
  }

  /** {@code pixel_00} to {@code pixel_63}, the names of the 64 features in order. */
  public static List<String> featureNames() {
    return IntStream.range(0, DigitRow.PIXELS).mapToObj("pixel_%02d"::formatted).toList();
  }

  /** {@code 0} to {@code 9}, the labels in index order. */
  public static List<String> categories() {
    return IntStream.range(0, 10).mapToObj(Integer::toString).toList();
  }

  /**
   * Divides the rows. The training rows are the first of the file, whatever the seed; the others
   * are shuffled, because in file order they carry a shift between writers.
   *
   * @param seed the same seed gives the same split
   */
  public DigitsSplit split(long seed) {
    List<DigitRow> others = new ArrayList<>(rows.subList(TRAINING_ROWS, ROWS));
    Collections.shuffle(others, new Random(seed));
    return new DigitsSplit(
        rows.subList(0, TRAINING_ROWS),
        others.subList(0, POOL_ROWS),
        others.subList(POOL_ROWS, others.size()));
  }

  private static DigitRow parse(String line) {
    List<String> values = List.of(line.split(",", -1));
    float[] pixels = new float[DigitRow.PIXELS];
    for (int i = 0; i < DigitRow.PIXELS; i++) {
      pixels[i] = Integer.parseInt(values.get(i));
    }
    return new DigitRow(pixels, Integer.parseInt(values.get(DigitRow.PIXELS)));
  }
}
