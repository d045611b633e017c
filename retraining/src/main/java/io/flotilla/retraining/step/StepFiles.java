package io.flotilla.retraining.step;

import io.flotilla.bundle.codec.ManifestCodec;
import io.flotilla.bundle.failure.StorageFailures;
import io.flotilla.bundle.layout.BundlePaths;
import io.flotilla.registry.codec.RecordCodec;
import io.flotilla.retraining.evaluate.Figures;
import io.flotilla.retraining.evaluate.ServedModel;
import io.flotilla.retraining.table.Table;
import io.flotilla.retraining.table.TableCsv;
import io.flotilla.retraining.train.LinearModel;
import io.flotilla.retraining.train.TrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The files that steps leave for each other. */
public final class StepFiles {
  private static final String ROWS = "rows.csv";
  private static final String ONNX = "model.onnx";
  private static final String WEIGHTS = "model.json";
  private static final String FIGURES = "figures.json";
  private static final String VERDICT = "verdict.json";
  private static final String BUNDLE = "bundle";

  private StepFiles() {}

  static void writeTable(Path output, Table table) {
    TableCsv.write(table, output.resolve(ROWS));
  }

  /** A dataset, which is a file, or what a prepare step left, which is a folder. */
  static Table readTable(Artifact artifact) {
    Path path = artifact.path();
    return TableCsv.read(Files.isDirectory(path) ? path.resolve(ROWS) : path);
  }

  static void writeModel(Path output, TrainedModel trained) {
    write(output.resolve(ONNX), trained.onnx());
    write(output.resolve(WEIGHTS), RecordCodec.encode(trained.model()));
  }

  static LinearModel readModel(Artifact artifact) {
    return RecordCodec.decode(read(artifact.path().resolve(WEIGHTS)), LinearModel.class);
  }

  /** The ONNX file of a train step. */
  public static Path onnx(Artifact artifact) {
    return artifact.path().resolve(ONNX);
  }

  /** What a train step left, or an unpacked bundle. */
  static ServedModel servedModel(Artifact artifact) {
    Path manifest = artifact.path().resolve(BundlePaths.MANIFEST);
    if (Files.isRegularFile(manifest)) {
      return ServedModel.ofBundle(artifact.path(), ManifestCodec.decode(read(manifest)));
    }
    return new ServedModel(
        onnx(artifact), TrainedModel.INPUT, TrainedModel.OUTPUT, readModel(artifact).labels());
  }

  static void writeFigures(Path output, Figures figures) {
    write(output.resolve(FIGURES), RecordCodec.encode(figures));
  }

  /** What an evaluate step found. */
  public static Figures readFigures(Artifact artifact) {
    return RecordCodec.decode(read(artifact.path().resolve(FIGURES)), Figures.class);
  }

  static void writeVerdict(Path output, Verdict verdict) {
    write(output.resolve(VERDICT), RecordCodec.encode(verdict));
  }

  /** What a compare step decided. */
  public static Verdict readVerdict(Artifact artifact) {
    return RecordCodec.decode(read(artifact.path().resolve(VERDICT)), Verdict.class);
  }

  static Path newBundle(Path output) {
    return output.resolve(BUNDLE);
  }

  /** The bundle directory of a package step; empty if the verdict said no. */
  public static Optional<Path> bundle(Artifact artifact) {
    Path bundle = artifact.path().resolve(BUNDLE);
    return Files.isDirectory(bundle) ? Optional.of(bundle) : Optional.empty();
  }

  private static void write(Path file, byte[] content) {
    try {
      Files.write(file, content);
    } catch (IOException e) {
      throw StorageFailures.of("write a step's output", e);
    }
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw StorageFailures.of("read a step's output", e);
    }
  }
}
