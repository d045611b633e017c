package io.flotilla.conversion.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.nio.charset.StandardCharsets;

/** Files that must not become models. */
final class Refused {
  private Refused() {}

  static void by(String content, TreeOptions options, String... sayings) {
    by(content.getBytes(StandardCharsets.UTF_8), options, sayings);
  }

  static void by(byte[] content, TreeOptions options, String... sayings) {
    by(ErrorCode.TREE_DUMP_INVALID, content, options, sayings);
  }

  static void by(ErrorCode code, byte[] content, TreeOptions options, String... sayings) {
    assertThatExceptionOfType(FlotillaException.class)
        .isThrownBy(() -> Converted.of(content, options))
        .satisfies(e -> assertThat(e.code()).isEqualTo(code))
        .satisfies(e -> assertThat(e.getMessage()).contains(sayings));
  }
}
