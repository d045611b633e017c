package io.flotilla.hardware.probe;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads a stream to its end and keeps the last {@value #BYTES} bytes. */
final class OutputTail implements Runnable {
  static final int BYTES = 8_192;

  private final InputStream in;

  @GuardedBy("this")
  private byte[] tail = {};

  OutputTail(InputStream in) {
    this.in = in;
  }

  @Override
  public void run() {
    byte[] buffer = new byte[BYTES];
    try (in) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        append(buffer, n);
      }
    } catch (IOException e) {
      byte[] reason = ("(" + e.getMessage() + ")").getBytes(StandardCharsets.UTF_8);
      append(reason, reason.length);
    }
  }

  synchronized String text() {
    return new String(tail, StandardCharsets.UTF_8);
  }

  private synchronized void append(byte[] bytes, int count) {
    byte[] all = Arrays.copyOf(tail, tail.length + count);
    System.arraycopy(bytes, 0, all, tail.length, count);
    tail = all.length <= BYTES ? all : Arrays.copyOfRange(all, all.length - BYTES, all.length);
  }
}
