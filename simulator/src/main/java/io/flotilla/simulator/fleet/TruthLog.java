package io.flotilla.simulator.fleet;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.simulator.fleet.codec.LabelLines;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What a device's predictions should have been, which only a simulator knows: one line per
 * prediction, in a file of its own that goes on after a restart. Thread-safe.
 */
public final class TruthLog implements AutoCloseable {
  private final Path file;
  private final BufferedWriter writer;

  private TruthLog(Path file, BufferedWriter writer) {
    this.file = file;
    this.writer = writer;
  }

  /**
   * Opens the log, making the file if it is not there.
   *
   * @throws FlotillaException {@code STORAGE_FAILED} if that fails
   */
  public static TruthLog open(Path file) {
    try {
      return new TruthLog(
          file,
          Files.newBufferedWriter(
              file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
    } catch (IOException e) {
      throw failure(file, e);
    }
  }

  /**
   * Remembers the true label of a prediction.
   *
   * @throws FlotillaException {@code STORAGE_FAILED} if that fails
   */
  public synchronized void record(String id, String label) {
    try {
      writer.write(LabelLines.encode(id, label));
      writer.write('\n');
    } catch (IOException e) {
      throw failure(file, e);
    }
  }

  /**
   * Makes everything recorded so far visible in the file.
   *
   * @throws FlotillaException {@code STORAGE_FAILED} if that fails
   */
  public synchronized void flush() {
    try {
      writer.flush();
    } catch (IOException e) {
      throw failure(file, e);
    }
  }

  /**
   * Appends all lines to a stream.
   *
   * @return how many
   * @throws FlotillaException {@code STORAGE_FAILED} if that fails
   */
  public synchronized long copyTo(OutputStream out) {
    flush();
    try {
      byte[] lines = Files.readAllBytes(file);
      out.write(lines);
      long count = 0;
      for (byte each : lines) {
        count += each == '\n' ? 1 : 0;
      }
      return count;
    } catch (IOException e) {
      throw failure(file, e);
    }
  }

  @Override
  public synchronized void close() {
    try {
      writer.close();
    } catch (IOException e) {
      throw failure(file, e);
    }
  }

  private static FlotillaException failure(Path file, IOException cause) {
    return new FlotillaException(
        ErrorCode.STORAGE_FAILED, "cannot keep the true labels in " + file, cause);
  }
}
