package io.flotilla.retraining.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.retraining.BuiltInPipelines;
import io.flotilla.retraining.pipeline.Pipeline;
import io.flotilla.retraining.pipeline.Plan;
import io.flotilla.retraining.pipeline.Step;
import io.flotilla.retraining.pipeline.StepKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PipelineYamlTest {
  private static final String SMALL =
      """
      format: 1
      name: small
      seed: 7
      inputs: [train]
      steps:
        - id: all
          kind: prepare
          inputs: [train]
        - id: m
          kind: train
          inputs: {rows: all}
          parameters: {epochs: 5, scale: 0.0625, labels: "a,b"}
      """;

  @Test
  void readsAPipeline() {
    Pipeline pipeline = PipelineYaml.decode(SMALL);

    assertThat(pipeline.name()).isEqualTo("small");
    assertThat(pipeline.seed()).isEqualTo(7);
    assertThat(pipeline.champion()).isFalse();
    Step train = pipeline.steps().get(1);
    assertThat(train.kind()).isEqualTo(StepKind.TRAIN);
    assertThat(train.inputs()).containsEntry("rows", "all");
    assertThat(train.whole("epochs")).isEqualTo(5);
    assertThat(train.decimal("scale")).isEqualTo(0.0625);
    assertThat(train.text("labels")).isEqualTo("a,b");
  }

  @ParameterizedTest
  @EnumSource(BuiltInPipelines.class)
  void pipelinesThatShipCanBePlanned(BuiltInPipelines pipeline) {
    assertThat(Plan.of(PipelineYaml.decode(pipeline.yaml())).order()).isNotEmpty();
  }

  @Test
  void retrainingCriteriaAreThoseThatWereFixed() {
    Pipeline pipeline = PipelineYaml.decode(BuiltInPipelines.DIGITS_RETRAIN.yaml());

    assertThat(
            pipeline.steps().stream()
                .flatMap(step -> step.criteria().stream())
                .map(criterion -> criterion.text()))
        .containsExactly(
            "degraded.accuracy >= 0.85",
            "degraded.accuracy >= champion.degraded.accuracy",
            "clean.accuracy >= champion.clean.accuracy - 0.02");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "a: [",
        "format: 2\nname: x\nseed: 1\ninputs: [a]\nsteps: []",
        "name: x",
        "format: 1\nname: x\nseed: 1\ninputs: [a]\nsteps: []",
        "format: 1\nname: x\nseed: 1\ninputs: []\nsteps: [{id: a, kind: prepare, inputs: [b]}]",
        "format: 1\nname: x\nseed: 1\ninputs: [a]\nsteps: [{id: b, kind: dance, inputs: [a]}]",
        "format: 1\nname: x\nseed: 1\ninputs: [a]\nsteps: [{id: b, kind: prepare}]",
        "format: 1\nname: x\nseed: 1\ninputs: [a]\nsteps: [{id: b, kind: prepare, inputs: 3}]",
        "format: 1\nname: x\nseed: 1\ninputs: [a]\nsteps: [{id: b, kind: prepare, inputs: [a, a]}]",
        "format: 1\nname: x\nseed: 1\ninputs: [a]\nsteps: [{id: b, kind: prepare, inputs: [[a]]}]",
        "format: 1\nname: x\nseed: 1\ninputs: [a]\nsteps: [null]",
        "format: 1\nname: x\nseed: y\ninputs: [a]\nsteps: [{id: b, kind: prepare, inputs: [a]}]",
        "format: 1\nname: x\nseed: 1\ninputs: [a]\nstep: [{id: b, kind: prepare, inputs: [a]}]",
        "format: 1\nname: x\nname: y\nseed: 1\ninputs: [a]\nsteps: [{id: b, kind: prepare, inputs: [a]}]",
        "format: 1\nname: x\nseed: 1\ninputs: [a]\nsteps: [{id: b, kind: train, inputs: {rows: a}, parameters: {epochs: }}]",
        "format: 1\nname: x\nseed: 1\ninputs: [[[[[[[[[a]]]]]]]]]\nsteps: []",
      })
  void refusesWhatIsNoPipeline(String yaml) {
    assertRefused(yaml);
  }

  @Test
  void refusesFilesOverTheLimit() {
    String comment = "#" + "x".repeat(PipelineYaml.MAX_CHARS - SMALL.length() - 2) + "\n";
    assertThat(PipelineYaml.decode(comment + SMALL).name()).isEqualTo("small");
    assertRefused("#" + comment + SMALL);
  }

  @Test
  void aliasesAreNotMultiplied() {
    StringBuilder bomb = new StringBuilder("a: &a [x,x,x,x,x,x,x,x,x]\n");
    for (char c = 'b'; c < 'z'; c++) {
      char before = (char) (c - 1);
      bomb.append("%c: &%c [*%c,*%c,*%c,*%c]\n".formatted(c, c, before, before, before, before));
    }
    assertRefused(bomb.toString());
  }

  private static void assertRefused(String yaml) {
    assertThatThrownBy(() -> PipelineYaml.decode(yaml))
        .isInstanceOfSatisfying(
            FlotillaException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.PIPELINE_INVALID));
  }
}
