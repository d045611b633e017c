package io.flotilla.conversion.tree;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.Printable;
import io.flotilla.conversion.tree.codec.DumpFacts;
import io.flotilla.conversion.tree.ensemble.TreeLimits;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What to know and to choose when trees become ONNX.
 *
 * @param featureNames names of the input's columns in order; default none, which takes those of the
 *     file. Where the file has names of its own, these must be the same
 * @param classNames names of the classes in order; default none, which takes those of the file, or
 *     numbers from 0
 * @param inputName name of the input {@code float[batch, features]}, default {@code input}
 * @param labelName name of the classifiers' output {@code int64[batch]}, the place of the class
 *     from 0; default {@code label}
 * @param probabilitiesName name of the classifiers' output {@code float[batch, classes]}, default
 *     {@code probabilities}
 * @param predictionName name of the regressors' output {@code float[batch, targets]}, default
 *     {@code prediction}
 * @param dump what an XGBoost dump does not tell; needed for dumps only
 */
public record TreeOptions(
    List<String> featureNames,
    List<String> classNames,
    String inputName,
    String labelName,
    String probabilitiesName,
    String predictionName,
    Optional<DumpFacts> dump) {
  /** Nothing known and nothing chosen. */
  public static final TreeOptions DEFAULT =
      new TreeOptions(
          List.of(), List.of(), "input", "label", "probabilities", "prediction", Optional.empty());

  /**
   * Copies the lists.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if a name is empty, over {@link
   *     TreeLimits#NAME_CHARS} characters long or there twice, or there are too many
   */
  public TreeOptions {
    featureNames = distinct(featureNames, TreeLimits.FEATURES);
    classNames = distinct(classNames, TreeLimits.TARGETS);
    distinct(List.of(inputName, labelName, probabilitiesName, predictionName), 4);
    Objects.requireNonNull(dump, "dump");
  }

  /** The same with feature names. */
  public TreeOptions withFeatureNames(List<String> names) {
    return new TreeOptions(
        names, classNames, inputName, labelName, probabilitiesName, predictionName, dump);
  }

  /** The same with class names. */
  public TreeOptions withClassNames(List<String> names) {
    return new TreeOptions(
        featureNames, names, inputName, labelName, probabilitiesName, predictionName, dump);
  }

  /** The same with what an XGBoost dump does not tell. */
  public TreeOptions withDump(DumpFacts facts) {
    return new TreeOptions(
        featureNames,
        classNames,
        inputName,
        labelName,
        probabilitiesName,
        predictionName,
        Optional.of(facts));
  }

  private static List<String> distinct(List<String> names, int most) {
    if (names.size() > most) {
      throw invalid("there are at most %d names, not %d".formatted(most, names.size()));
    }
    Set<String> seen = new HashSet<>();
    for (String name : names) {
      if (name.isEmpty() || name.length() > TreeLimits.NAME_CHARS) {
        throw invalid(
            "a name has 1 to %d characters, not %d"
                .formatted(TreeLimits.NAME_CHARS, name.length()));
      }
      if (!seen.add(name)) {
        throw invalid("two names are the same: " + Printable.of(name));
      }
    }
    return List.copyOf(names);
  }

  private static FlotillaException invalid(String sentence) {
    return new FlotillaException(ErrorCode.INPUT_INVALID, sentence);
  }
}
