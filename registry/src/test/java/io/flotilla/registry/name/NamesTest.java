package io.flotilla.registry.name;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
  @ParameterizedTest
  @ValueSource(strings = {"a", "0", "digits-v2", "a.b_c-d"})
  void namesAreOfSmallLettersDigitsAndThreeSigns(String name) {
    assertThat(Names.isName(name)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-a", ".a", "A", "a/b", "a b", "a\n", "ä", "..", "a\u0000"})
  void whatIsNoNameIsRefused(String name) {
    assertThat(Names.isName(name)).isFalse();
    refused(ErrorCode.NAME_INVALID, () -> Names.requireName("model", name));
  }

  @Test
  void namesHaveAtMost64Characters() {
    assertThat(Names.isName("a".repeat(64))).isTrue();
    assertThat(Names.isName("a".repeat(65))).isFalse();
  }

  @Test
  void metricsMayHaveCapitals() {
    assertThat(Names.isMetric("challenger.Clean-accuracy_1")).isTrue();
    assertThat(Names.isMetric("a b")).isFalse();
    assertThat(Names.isMetric("a/b")).isFalse();
    refused(ErrorCode.INPUT_INVALID, () -> Names.requireMetrics(Map.of("a", Double.NaN)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"digits", "digits:", "digits:0", "digits:01", ":1", "a:1:2", "digits:x"})
  void referencesHaveANameAndANumber(String text) {
    refused(ErrorCode.INPUT_INVALID, () -> Names.requireReference("dataset", text));
    assertThatCode(() -> Names.requireReference("dataset", "digits:12")).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u0000", "a\tb", "a\nb", "\u007f", "\u0085", "\ud83d", "x\udc00y"})
  void tagsHoldNoControlCharactersAndNoHalvesOfCharacters(String text) {
    refused(ErrorCode.INPUT_INVALID, () -> Names.requireTags(Map.of("key", text)));
    refused(ErrorCode.INPUT_INVALID, () -> Names.requireTags(Map.of(text, "value")));
  }

  @Test
  void tagsMayBeOfAnyLanguage() {
    assertThatCode(() -> Names.requireTags(Map.of("größe", "😀 很好"))).doesNotThrowAnyException();
  }

  @Test
  void descriptionsHaveLinesAndReasonsAreOneShorterLine() {
    assertThatCode(() -> Names.requireDescription("one\r\n\ttwo")).doesNotThrowAnyException();
    refused(ErrorCode.INPUT_INVALID, () -> Names.requireDescription("\u001b"));
    refused(
        ErrorCode.INPUT_INVALID,
        () -> Names.requireDescription("x".repeat(Names.MAX_DESCRIPTION + 1)));
    assertThatCode(() -> Names.requireReason("ö".repeat(500))).doesNotThrowAnyException();
    refused(ErrorCode.INPUT_INVALID, () -> Names.requireReason("x".repeat(501)));
    for (String control : List.of("one\ntwo", "a\tb", "\u001b[2J", "\u0085", "\ud83d")) {
      refused(ErrorCode.INPUT_INVALID, () -> Names.requireReason(control));
    }
  }

  private static void refused(ErrorCode code, ThrowingCallable call) {
    FlotillaException refused = catchThrowableOfType(FlotillaException.class, call);
    assertThat(refused).isNotNull();
    assertThat(refused.code()).isEqualTo(code);
  }
}
