package io.flotilla.retraining.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.Digest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

class CacheKeyTest {
  private static final Digest CODE = digest("code");
  private static final Step TRAIN =
      new Step("m", StepKind.TRAIN, Map.of("rows", "t"), Map.of(), List.of());
  private static final Map<String, Digest> ROWS = Map.of("rows", digest("rows"));
  private static final Digest KEY = CacheKey.of(CODE, TRAIN, 1, ROWS, Map.of());

  @Test
  void sameStepHasTheSameKeyWhateverItIsCalled() {
    Step renamed = new Step("n", StepKind.TRAIN, Map.of("rows", "u"), Map.of(), List.of());

    assertThat(CacheKey.of(CODE, renamed, 1, ROWS, Map.of())).isEqualTo(KEY);
  }

  @Test
  void defaultThatIsWrittenOutIsTheSame() {
    assertThat(CacheKey.of(CODE, TRAIN.with("epochs", "30"), 1, ROWS, Map.of())).isEqualTo(KEY);
  }

  @Test
  void everyPartMakesAnotherKey() {
    assertThat(CacheKey.of(digest("code2"), TRAIN, 1, ROWS, Map.of())).isNotEqualTo(KEY);
    assertThat(CacheKey.of(CODE, TRAIN.with("epochs", "31"), 1, ROWS, Map.of())).isNotEqualTo(KEY);
    assertThat(CacheKey.of(CODE, TRAIN, 2, ROWS, Map.of())).isNotEqualTo(KEY);
    assertThat(CacheKey.of(CODE, TRAIN, 1, Map.of("rows", digest("rowz")), Map.of()))
        .isNotEqualTo(KEY);
    assertThat(CacheKey.of(CODE, TRAIN, 1, ROWS, Map.of("model", "a"))).isNotEqualTo(KEY);
  }

  @Test
  void seedMattersOnlyWhereItIsUsed() {
    Step prepare = new Step("p", StepKind.PREPARE, Map.of("a", "t"), Map.of(), List.of());
    Map<String, Digest> inputs = Map.of("a", digest("a"));

    assertThat(CacheKey.of(CODE, prepare, 1, inputs, Map.of()))
        .isEqualTo(CacheKey.of(CODE, prepare, 2, inputs, Map.of()));
  }

  @Test
  void orderOfInputsMatters() {
    Step prepare = new Step("p", StepKind.PREPARE, Map.of("a", "t", "b", "u"), Map.of(), List.of());
    SequencedMap<String, Digest> inputs = new LinkedHashMap<>();
    inputs.put("a", digest("a"));
    inputs.put("b", digest("b"));

    assertThat(CacheKey.of(CODE, prepare, 1, inputs, Map.of()))
        .isNotEqualTo(CacheKey.of(CODE, prepare, 1, inputs.reversed(), Map.of()));
  }

  private static Digest digest(String text) {
    return Digest.of(text.getBytes(UTF_8));
  }
}
