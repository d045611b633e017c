package io.flotilla.registry.model;

import static io.flotilla.registry.model.OpenRegistry.code;
import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.failure.ErrorCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnnotationTest {
  @TempDir Path directory;
  private OpenRegistry open;

  @BeforeEach
  void open() throws IOException {
    open = new OpenRegistry(directory);
    open.version("digits", "one", Map.of("team", "vision", "stage", "first"));
  }

  @AfterEach
  void close() {
    open.close();
  }

  @Test
  void tagsAndMetricsChangeAndTheVersionItselfDoesNot() {
    ModelVersion before = open.get().require("digits", 1);
    VersionDetails after =
        annotate(
            new Annotation(
                new Changes<>(Map.of("stage", "second"), Set.of("team", "nothing")),
                Changes.set(Map.of("accuracy", 0.97))));
    open.reopen();

    assertThat(after.tags()).containsExactly(Map.entry("stage", "second"));
    assertThat(after.metrics()).containsExactly(Map.entry("accuracy", 0.97));
    assertThat(open.get().details(before)).isEqualTo(after);
    assertThat(open.get().require("digits", 1)).isEqualTo(before);
    assertThat(before.tags()).hasSize(2);
    assertThat(open.found("tag.team")).isEmpty();
    assertThat(open.found("tag.stage=first")).isEmpty();
    assertThat(open.found("tag.stage=second metric.accuracy>0.9")).containsExactly("digits:1");

    annotate(new Annotation(Changes.none(), new Changes<>(Map.of(), Set.of("accuracy"))));
    assertThat(open.found("metric.accuracy>0")).isEmpty();
    assertThat(open.found("", "metric.accuracy", 10)).isEmpty();
    assertThat(open.found("tag.stage=second")).containsExactly("digits:1");
  }

  @Test
  void whatIsOverALimitOrHoldsControlCharactersIsRefused() {
    Map<String, String> many = new HashMap<>();
    IntStream.range(0, 31).forEach(i -> many.put("k" + i, "v"));

    assertThat(code(() -> annotate(tags(many)))).isEqualTo(ErrorCode.INPUT_INVALID);
    assertThat(code(() -> annotate(tags(Map.of("a\u0000b", "v")))))
        .isEqualTo(ErrorCode.INPUT_INVALID);
    assertThat(code(() -> annotate(tags(Map.of("a", "\u001b[31m")))))
        .isEqualTo(ErrorCode.INPUT_INVALID);
    assertThat(code(() -> annotate(tags(Map.of("a", "\ud800")))))
        .isEqualTo(ErrorCode.INPUT_INVALID);
    assertThat(
            code(
                () ->
                    annotate(
                        new Annotation(
                            Changes.none(), Changes.set(Map.of("a", Double.POSITIVE_INFINITY))))))
        .isEqualTo(ErrorCode.INPUT_INVALID);
    assertThat(open.get().details(open.get().require("digits", 1)).tags()).hasSize(2);

    assertThat(annotate(tags(Map.of("übung", "größer 😀"))).tags()).hasSize(3);
    assertThat(open.found("tag.übung=\"größer 😀\"")).containsExactly("digits:1");
  }

  @Test
  void modelsAreDescribedAndTagged() {
    ModelRecord described =
        open.get()
            .directly(
                tx ->
                    open.get()
                        .describe(
                            tx,
                            "digits",
                            Optional.of("reads digits"),
                            Changes.set(Map.of("owner", "ada"))));
    open.version("digits", "two", Map.of());

    assertThat(described.lastVersion()).isEqualTo(1);
    assertThat(open.get().model("digits"))
        .hasValue(new ModelRecord("digits", "reads digits", Map.of("owner", "ada"), 2));
    assertThat(open.get().model("../digits")).isEmpty();
    assertThat(
            code(
                () ->
                    open.get()
                        .directly(
                            tx ->
                                open.get().describe(tx, "none", Optional.empty(), Changes.none()))))
        .isEqualTo(ErrorCode.MODEL_NOT_FOUND);
  }

  @Test
  void deletedVersionsAreNotAnnotated() {
    open.delete(1);
    assertThat(code(() -> annotate(tags(Map.of("a", "b"))))).isEqualTo(ErrorCode.VERSION_NOT_FOUND);
  }

  private static Annotation tags(Map<String, String> set) {
    return new Annotation(Changes.set(set), Changes.none());
  }

  private VersionDetails annotate(Annotation annotation) {
    return open.get().directly(tx -> open.get().annotate(tx, "digits", 1, annotation));
  }
}
