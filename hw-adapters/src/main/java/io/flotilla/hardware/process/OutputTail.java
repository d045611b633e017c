package io.flotilla.hardware.process;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads a stream to its end, so that who writes it never waits, and keeps the last bytes. If
 * reading breaks off, the reason in parentheses is the last of them. Closes the stream.
 */
public final class OutputTail implements Runnable {
  private final InputStream in;
  private final int bytes;

  @GuardedBy("this")
  private byte[] tail = {};

  /**
   * A reader of this stream.
   *
   * @param bytes how many are kept, from 1
   */
  public OutputTail(InputStream in, int bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException("a tail keeps at least one byte");
    }
    this.in = in;
    this.bytes = bytes;
  }

  /** Reads until the stream ends. */
  @Override
  public void run() {
    byte[] buffer = new byte[bytes];
    try (in) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        append(buffer, n);
      }
    } catch (IOException e) {
      byte[] reason = ("(" + e.getMessage() + ")").getBytes(StandardCharsets.UTF_8);
      append(reason, reason.length);
    }
  }

  /** What was read last, as UTF-8. */
  public synchronized String text() {
    return new String(tail, StandardCharsets.UTF_8);
  }

  /** What was read last, as one line of visible ASCII characters. */
  public String line() {
    return text().replaceAll("[\\p{Cntrl}\\s]+", " ").replaceAll("[^\\x20-\\x7e]", "?").strip();
  }

  private synchronized void append(byte[] read, int count) {
    byte[] all = Arrays.copyOf(tail, tail.length + count);
    System.arraycopy(read, 0, all, tail.length, count);
    tail = all.length <= bytes ? all : Arrays.copyOfRange(all, all.length - bytes, all.length);
  }
}
