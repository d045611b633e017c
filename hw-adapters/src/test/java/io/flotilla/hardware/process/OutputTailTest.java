package io.flotilla.hardware.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import org.junit.jupiter.api.Test;

class OutputTailTest {
  @Test
  void keepsTheLastBytesOfALongStream() {
    assertThat(tail(bytes("x".repeat(10_000) + "the end"), 9).text()).isEqualTo("xxthe end");
    assertThat(tail(bytes("short"), 9).text()).isEqualTo("short");
    assertThat(tail(bytes(""), 9).text()).isEmpty();
  }

  @Test
  void aLineHasNothingThatWouldMoveATerminal() {
    assertThat(tail(bytes(" a\n\tb\u001b[31m\u0000é "), 100).line()).isEqualTo("a b [31m ?");
  }

  @Test
  void aBrokenStreamEndsWithItsReason() {
    InputStream broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("gone");
          }

          @Override
          public int read(byte[] into, int from, int count) throws IOException {
            throw new IOException("gone");
          }
        };

    assertThat(tail(new SequenceInputStream(bytes("before"), broken), 100).text())
        .isEqualTo("before(gone)");
  }

  @Test
  void refusesToKeepNothing() {
    assertThatIllegalArgumentException().isThrownBy(() -> new OutputTail(bytes("x"), 0));
  }

  private static OutputTail tail(InputStream in, int bytes) {
    OutputTail tail = new OutputTail(in, bytes);
    tail.run();
    return tail;
  }

  private static InputStream bytes(String text) {
    return new ByteArrayInputStream(text.getBytes(UTF_8));
  }
}
