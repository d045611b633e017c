package io.flotilla.conversion.tree;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.StorageFailures;
import io.flotilla.bundle.layout.DurableFiles;
import io.flotilla.conversion.tree.codec.DumpFacts;
import io.flotilla.conversion.tree.codec.LightgbmJsonReader;
import io.flotilla.conversion.tree.codec.LightgbmTextReader;
import io.flotilla.conversion.tree.codec.XgboostDumpReader;
import io.flotilla.conversion.tree.codec.XgboostJsonReader;
import io.flotilla.conversion.tree.ensemble.EnsembleModel;
import io.flotilla.conversion.tree.ensemble.EnsembleModel.OutputNames;
import io.flotilla.conversion.tree.ensemble.InvalidTree;
import io.flotilla.conversion.tree.ensemble.TreeEnsemble;
import io.flotilla.conversion.tree.ensemble.TreeLimits;
import io.flotilla.conversion.tree.tribuo.TribuoReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Makes ONNX models of tree ensembles that XGBoost, LightGBM or Tribuo trained.
 *
 * <p>Input: {@code input float[batch, features]}; NaN is a missing value, as the trainer treats it.
 * Classifiers answer {@code label int64[batch]}, the place of the class from 0, and {@code
 * probabilities float[batch, classes]}; regressors answer {@code prediction float[batch, targets]}.
 * Every comparison falls out as the trainer's does on 32-bit inputs; sums are of 32-bit numbers, in
 * an order of the runtime's own.
 */
public final class TreeConverter {
  private TreeConverter() {}

  /**
   * Converts a file of any kind that {@link TreeSource#detect} knows; as {@link
   * #convert(TreeSource, Path, TreeOptions, Path)}.
   */
  public static TreeSummary convert(Path file, TreeOptions options, Path out) {
    return convert(TreeSource.detect(file), file, options, out);
  }

  /**
   * Converts a file. The same file and options give the same bytes.
   *
   * @param source the kind of the file
   * @param file at most {@link TreeLimits#FILE_BYTES} bytes
   * @param options what to know and to choose
   * @param out the ONNX file (IR 8, ai.onnx 17, ai.onnx.ml 3), written or replaced whole or not at
   *     all
   * @return what was converted
   * @throws FlotillaException
   *     <ul>
   *       <li>{@code TREE_DUMP_INVALID}: the file is malformed, over a limit of {@link TreeLimits},
   *           or uses something that has no ONNX form; tree and node are named
   *       <li>{@code INPUT_INVALID}: the options do not fit the file, or lack the facts of a dump
   *       <li>{@code FILE_MISSING}, {@code DISK_FULL}, {@code STORAGE_FAILED}: a file cannot be
   *           read or written
   *     </ul>
   */
  public static TreeSummary convert(TreeSource source, Path file, TreeOptions options, Path out) {
    TreeEnsemble ensemble = named(read(source, file, options), options);
    OutputNames names =
        new OutputNames(
            options.inputName(),
            options.labelName(),
            options.probabilitiesName(),
            options.predictionName());
    byte[] model = EnsembleModel.encode(ensemble, names);
    try {
      DurableFiles.write(out, model);
    } catch (IOException e) {
      throw StorageFailures.of("write " + out, e);
    }
    return new TreeSummary(
        source,
        ensemble.forest().size(),
        ensemble.forest().nodes(),
        ensemble.columns().size(),
        classes(ensemble),
        ensemble.objective(),
        ensemble.columns(),
        ensemble.notes());
  }

  /** Reads and checks a file; see {@link #convert(TreeSource, Path, TreeOptions, Path)}. */
  static TreeEnsemble read(TreeSource source, Path file, TreeOptions options) {
    try {
      long size = Files.size(file);
      if (size > TreeLimits.FILE_BYTES) {
        throw InvalidTree.of(
            "the file has %d bytes, over the limit of %d".formatted(size, TreeLimits.FILE_BYTES));
      }
      return switch (source) {
        case XGBOOST_JSON -> XgboostJsonReader.read(Files.newInputStream(file));
        case XGBOOST_DUMP_JSON -> {
          DumpFacts facts = facts(options);
          yield XgboostDumpReader.json(Files.newInputStream(file), facts, options.featureNames());
        }
        case XGBOOST_DUMP_TEXT -> {
          DumpFacts facts = facts(options);
          yield XgboostDumpReader.text(Files.newInputStream(file), facts, options.featureNames());
        }
        case LIGHTGBM_TEXT -> LightgbmTextReader.read(Files.newInputStream(file));
        case LIGHTGBM_JSON -> LightgbmJsonReader.read(Files.newInputStream(file));
        case TRIBUO_MODEL -> TribuoReader.read(Files.newInputStream(file));
      };
    } catch (IOException e) {
      throw StorageFailures.of("read " + file, e);
    }
  }

  private static DumpFacts facts(TreeOptions options) {
    return options
        .dump()
        .orElseThrow(
            () ->
                new FlotillaException(
                    ErrorCode.INPUT_INVALID,
                    "an XGBoost dump does not tell its objective, base score and classes: give"
                        + " them, or convert the model file instead"));
  }

  private static TreeEnsemble named(TreeEnsemble ensemble, TreeOptions options) {
    List<String> columns = columns(ensemble, options.featureNames());
    int classes = ensemble.link().classes(ensemble.targets());
    List<String> given = options.classNames();
    if (!given.isEmpty() && given.size() != classes) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "%d class names are given, and the model has %d classes"
              .formatted(given.size(), classes));
    }
    return new TreeEnsemble(
        columns,
        given.isEmpty() ? ensemble.classes() : given,
        ensemble.forest(),
        ensemble.comparison(),
        ensemble.base(),
        ensemble.link(),
        ensemble.objective(),
        ensemble.notes());
  }

  /** Names of the trainer's making (f0, Column_0) may be replaced, names of the user's may not. */
  private static List<String> columns(TreeEnsemble ensemble, List<String> given) {
    List<String> own = ensemble.columns();
    if (given.isEmpty() || given.equals(own)) {
      return own;
    }
    boolean made =
        IntStream.range(0, own.size())
            .allMatch(i -> own.get(i).equals("f" + i) || own.get(i).equals("Column_" + i));
    if (!made || given.size() != own.size()) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "the feature names given are not the %d of the model: leave them out to take its own"
              .formatted(own.size()));
    }
    return given;
  }

  private static List<String> classes(TreeEnsemble ensemble) {
    if (!ensemble.classes().isEmpty()) {
      return ensemble.classes();
    }
    return IntStream.range(0, ensemble.link().classes(ensemble.targets()))
        .mapToObj(Integer::toString)
        .toList();
  }
}
