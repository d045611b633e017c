package io.flotilla.retraining.pipeline;

/** What a step takes or makes. */
public enum ArtifactType {
  /** Rows of features with label and cohort. */
  TABLE,
  /** A model that can be scored. */
  MODEL,
  /** A model that was trained in this run, with its weights beside the ONNX file. */
  TRAINED_MODEL,
  /** Figures of one model on one table. */
  METRICS,
  /** Whether the criteria held. */
  VERDICT,
  /** An unsigned bundle directory. */
  BUNDLE;

  /** Whether something of this type can stand where {@code wanted} is asked for. */
  public boolean serves(ArtifactType wanted) {
    return this == wanted || (this == TRAINED_MODEL && wanted == MODEL);
  }
}
