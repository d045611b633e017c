package io.flotilla.conversion.tree.codec;

import io.flotilla.bundle.failure.StorageFailures;
import io.flotilla.conversion.tree.ensemble.InvalidTree;
import io.flotilla.conversion.tree.ensemble.TreeLimits;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Lines of a text file, none longer than {@link TreeLimits#LINE_BYTES}. */
final class BoundedLines implements AutoCloseable {
  private final InputStream in;
  private final String file;

  BoundedLines(InputStream in, String file) {
    this.in = new BufferedInputStream(in, 1 << 16);
    this.file = file;
  }

  /**
   * The next line without its end; null after the last.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code TREE_DUMP_INVALID} if it is too
   *     long, {@code STORAGE_FAILED} if the disk fails
   */
  @Nullable String next() {
    ByteArrayOutputStream line = new ByteArrayOutputStream(128);
    try {
      int read = in.read();
      if (read < 0) {
        return null;
      }
      for (; read >= 0 && read != '\n'; read = in.read()) {
        if (line.size() == TreeLimits.LINE_BYTES) {
          throw InvalidTree.of(
              "%s has a line of over %d bytes".formatted(file, TreeLimits.LINE_BYTES));
        }
        line.write(read);
      }
    } catch (IOException e) {
      throw StorageFailures.of("read " + file, e);
    }
    String text = line.toString(StandardCharsets.UTF_8);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw StorageFailures.of("close " + file, e);
    }
  }
}
