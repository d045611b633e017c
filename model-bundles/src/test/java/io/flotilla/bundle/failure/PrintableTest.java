package io.flotilla.bundle.failure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrintableTest {
  @Test
  void keepsPlainTextAndReplacesTheRest() {
    assertThat(Printable.of("a b/c.onnx")).isEqualTo("a b/c.onnx");
    assertThat(Printable.of("a\u001b[31m\n\u202eé")).isEqualTo("a?[31m???");
    assertThat(Printable.of("x".repeat(1000))).hasSize(200);
  }
}
