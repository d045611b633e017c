package io.flotilla.retraining.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class PlanTest {
  @Test
  void ordersStepsAfterWhatTheyTakeFromAndOtherwiseAsWritten() {
    Plan plan =
        plan(
            evaluate("last", "model", "test"),
            step("model", StepKind.TRAIN, "rows", "both"),
            step("other", StepKind.PREPARE, "x", "test"),
            step("both", StepKind.PREPARE, "a", "base", "b", "test"));

    assertThat(plan.order().stream().map(Step::id))
        .containsExactly("other", "both", "model", "last");
  }

  @Test
  void orderIsRightForAnyOrderOfWriting() {
    List<Step> steps = new ArrayList<>();
    steps.add(step("s0", StepKind.PREPARE, "a", "base"));
    for (int i = 1; i < 20; i++) {
      steps.add(step("s" + i, StepKind.PREPARE, "a", "s" + (i - 1), "b", "s" + i / 2 % i));
    }
    Random random = new Random(42);
    for (int round = 0; round < 50; round++) {
      Collections.shuffle(steps, random);
      List<String> order = plan(steps.toArray(new Step[0])).order().stream().map(Step::id).toList();
      for (Step step : steps) {
        for (String source : step.inputs().values()) {
          assertThat(order.indexOf(source)).isLessThan(order.indexOf(step.id()));
        }
      }
    }
  }

  @Test
  void circleIsRefusedAndNamed() {
    assertInvalid(
        () ->
            plan(
                step("a", StepKind.PREPARE, "x", "c"),
                step("b", StepKind.PREPARE, "x", "a"),
                step("c", StepKind.PREPARE, "x", "b", "y", "base"),
                step("d", StepKind.PREPARE, "x", "c")),
        "a, c, b");
    assertInvalid(() -> plan(step("a", StepKind.PREPARE, "x", "a")), "circle: a");
  }

  @Test
  void inputsMustBeThereAndOfTheRightType() {
    assertInvalid(() -> plan(step("a", StepKind.PREPARE, "x", "none")), "none");
    assertInvalid(
        () ->
            plan(step("m", StepKind.TRAIN, "rows", "base"), step("a", StepKind.PREPARE, "x", "m")),
        "must be a TABLE");
    assertInvalid(() -> plan(evaluate("e", "champion", "base")), "champion");
    assertInvalid(
        () ->
            Plan.of(
                new Pipeline(
                    "p",
                    1,
                    List.of("base"),
                    true,
                    List.of(
                        step("p", StepKind.PACKAGE, "model", "champion", "reference", "base")))),
        "TRAINED_MODEL");
  }

  @Test
  void rolesMustBeKnownAndComplete() {
    assertInvalid(() -> step("m", StepKind.TRAIN, "table", "base"), "table");
    assertInvalid(() -> step("m", StepKind.EVALUATE, "rows", "base"), "model");
    assertInvalid(() -> step("m", StepKind.PREPARE), "inputs");
  }

  @Test
  void namesMustBeUniqueAndPlain() {
    assertInvalid(() -> plan(step("base", StepKind.PREPARE, "a", "test")), "base");
    assertInvalid(() -> plan(step("champion", StepKind.PREPARE, "a", "test")), "champion");
    assertInvalid(() -> step("../a", StepKind.PREPARE, "a", "test"), "../a");
  }

  @Test
  void criteriaMustNameFiguresThatTheirStepGets() {
    Step model = step("m", StepKind.TRAIN, "rows", "base");
    Step figures = evaluate("e", "m", "test");
    assertThat(plan(model, figures, compare("v", "e", "e.accuracy >= 0.5")).order()).hasSize(3);
    assertInvalid(() -> plan(model, figures, compare("v", "e", "f.accuracy >= 0.5")), "f.accuracy");
    assertInvalid(() -> plan(model, figures, compare("v", "e", "e.beauty >= 0.5")), "e.beauty");
    assertInvalid(() -> step("v", StepKind.COMPARE, "e", "e"), "criteria");
  }

  @Test
  void parametersAreCheckedAndOverriddenPerRun() {
    Step model = step("m", StepKind.TRAIN, "rows", "base");
    assertThat(model.whole("epochs")).isEqualTo(30);
    assertThat(model.with("epochs", "5").whole("epochs")).isEqualTo(5);
    assertThat(model.with("scale", "6.25e-2").decimal("scale")).isEqualTo(0.0625);
    for (String bad : List.of("0", "-1", "x", "", "1.5", "100000")) {
      assertInvalid(() -> model.with("epochs", bad), "m.epochs");
    }
    assertInvalid(() -> model.with("epoch", "5"), "epoch");
    assertInvalid(() -> model.with("learning-rate", "NaN"), "learning-rate");

    Pipeline pipeline = new Pipeline("p", 1, List.of("base", "test"), false, List.of(model));
    Pipeline changed = pipeline.with(Map.of("seed", "-7", "m.epochs", "3"));
    assertThat(changed.seed()).isEqualTo(-7);
    assertThat(changed.steps().getFirst().whole("epochs")).isEqualTo(3);
    assertInvalid(() -> pipeline.with(Map.of("m.x", "3")), "m.x");
    assertInvalid(() -> pipeline.with(Map.of("seed", "soon")), "seed");
  }

  @Test
  void originsAreTheInputsThatAStepIsMadeFrom() {
    Plan plan =
        plan(
            step("both", StepKind.PREPARE, "a", "base"),
            step("m", StepKind.TRAIN, "rows", "both"),
            evaluate("e", "m", "test"));

    assertThat(plan.origins("m")).containsExactly("base");
    assertThat(plan.origins("e")).containsExactly("base", "test");
  }

  private static Plan plan(Step... steps) {
    return Plan.of(new Pipeline("p", 1, List.of("base", "test"), false, List.of(steps)));
  }

  private static Step evaluate(String id, String model, String rows) {
    return step(id, StepKind.EVALUATE, "model", model, "rows", rows);
  }

  private static Step compare(String id, String figures, String criterion) {
    return new Step(
        id,
        StepKind.COMPARE,
        Map.of(figures, figures),
        Map.of(),
        List.of(Criterion.parse(criterion)));
  }

  private static Step step(String id, StepKind kind, String... rolesAndSources) {
    Map<String, String> inputs = new LinkedHashMap<>();
    for (int i = 0; i < rolesAndSources.length; i += 2) {
      inputs.put(rolesAndSources[i], rolesAndSources[i + 1]);
    }
    return new Step(id, kind, inputs, Map.of(), List.of());
  }

  private static void assertInvalid(ThrowingCallable call, String part) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            FlotillaException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.PIPELINE_INVALID))
        .hasMessageContaining(part);
  }
}
