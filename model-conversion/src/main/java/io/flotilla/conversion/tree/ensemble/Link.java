package io.flotilla.conversion.tree.ensemble;

/** How the sums of the trees become what the model answers. */
public enum Link {
  /** The sum itself. */
  IDENTITY(false),
  /** e<sup>sum</sup>. */
  EXP(false),
  /** 1 / (1 + e<sup>−sum</sup>), a number between 0 and 1 and no class. */
  LOGISTIC(false),
  /** sum · |sum|. */
  SIGNED_SQUARE(false),
  /** ln(1 + e<sup>sum</sup>). */
  SOFTPLUS(false),
  /** Two classes by one sum: the second has 1 / (1 + e<sup>−sum</sup>). */
  BINARY(true),
  /** A class per sum: e<sup>sum</sup> over the sum of those of all classes. */
  SOFTMAX(true),
  /** A class per sum: 1 / (1 + e<sup>−sum</sup>) each, which need not add up to 1. */
  ONE_VS_ALL(true),
  /** A class per sum, and the sums are probabilities already. */
  SHARES(true);

  private final boolean classifier;

  Link(boolean classifier) {
    this.classifier = classifier;
  }

  /** Whether the model answers a class. */
  public boolean classifier() {
    return classifier;
  }

  /** How many classes there are with so many sums; 0 for regressors. */
  public int classes(int targets) {
    if (!classifier) {
      return 0;
    }
    return this == BINARY ? 2 : targets;
  }
}
