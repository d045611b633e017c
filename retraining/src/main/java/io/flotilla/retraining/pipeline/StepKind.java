package io.flotilla.retraining.pipeline;

import io.flotilla.retraining.pipeline.ParameterSpec.Decimal;
import io.flotilla.retraining.pipeline.ParameterSpec.Text;
import io.flotilla.retraining.pipeline.ParameterSpec.Whole;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The steps that are built in, with what each takes and makes. */
@SuppressWarnings("ImmutableEnumChecker") // Map.of and Set.of are immutable, which types cannot say
public enum StepKind {
  /** Puts tables one below the other, in the order given, without rows that lack a label. */
  PREPARE(
      ArtifactType.TABLE,
      new Roles(Map.of(), Set.of(), Optional.of(ArtifactType.TABLE)),
      Map.of(),
      false),

  /** Trains a linear classifier. */
  TRAIN(
      ArtifactType.TRAINED_MODEL,
      new Roles(Map.of("rows", ArtifactType.TABLE), Set.of(), Optional.empty()),
      Map.of(
          "epochs", new Whole(30, 1, 10_000),
          "learning-rate", new Decimal(0.5, 1e-6, 100),
          "batch", new Whole(1, 1, 100_000),
          "scale", new Decimal(1, 1e-9, 1e9),
          "labels", new Text(4096)),
      true),

  /** Scores a model on a table with the real runtime. */
  EVALUATE(
      ArtifactType.METRICS,
      new Roles(
          Map.of("model", ArtifactType.MODEL, "rows", ArtifactType.TABLE),
          Set.of(),
          Optional.empty()),
      Map.of(),
      false),

  /** Decides by the criteria. */
  COMPARE(
      ArtifactType.VERDICT,
      new Roles(Map.of(), Set.of(), Optional.of(ArtifactType.METRICS)),
      Map.of(),
      false),

  /** Writes the unsigned bundle; makes nothing if a verdict is given and says no. */
  PACKAGE(
      ArtifactType.BUNDLE,
      new Roles(
          Map.of(
              "model", ArtifactType.TRAINED_MODEL,
              "reference", ArtifactType.TABLE,
              "cohorts", ArtifactType.TABLE,
              "verdict", ArtifactType.VERDICT),
          Set.of("cohorts", "verdict"),
          Optional.empty()),
      Map.of(
          "capture-rate", new Decimal(0, 0, 1),
          "window-rows", new Whole(200, 10, 1_000_000),
          "min-cohort-rows", new Whole(100, 50, 1_000_000),
          "golden-cases", new Whole(16, 1, 64),
          "input-unit", new Text(64),
          "input-meaning", new Text(256),
          "input-min", new Text(32),
          "input-max", new Text(32)),
      false);

  private final ArtifactType makes;
  private final Roles roles;
  private final Map<String, ParameterSpec> parameters;
  private final boolean seeded;

  StepKind(ArtifactType makes, Roles roles, Map<String, ParameterSpec> parameters, boolean seeded) {
    this.makes = makes;
    this.roles = roles;
    this.parameters = parameters;
    this.seeded = seeded;
  }

  /** The kind of this name, as pipelines write it; empty if there is none. */
  public static Optional<StepKind> named(String name) {
    return Arrays.stream(values()).filter(kind -> kind.title().equals(name)).findFirst();
  }

  /** As pipelines write it. */
  public String title() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What it makes. */
  public ArtifactType makes() {
    return makes;
  }

  /** What it takes. */
  public Roles roles() {
    return roles;
  }

  /** The parameters it knows. */
  public Map<String, ParameterSpec> parameters() {
    return parameters;
  }

  /** Whether the seed changes what it makes. */
  public boolean seeded() {
    return seeded;
  }

  /**
   * The inputs of a kind of step.
   *
   * @param named type by role
   * @param optional those of {@code named} that may be left out
   * @param others type of any further inputs, at least one; empty if there may be none
   */
  public record Roles(
      Map<String, ArtifactType> named, Set<String> optional, Optional<ArtifactType> others) {
    /** The type that a role takes; empty if the kind has no such role. */
    public Optional<ArtifactType> type(String role) {
      return Optional.ofNullable(named.get(role)).or(this::others);
    }
  }
}
