package io.flotilla.retraining.run;

import io.flotilla.bundle.failure.StorageFailures;
import io.flotilla.bundle.layout.DurableFiles;
import io.flotilla.registry.codec.RecordCodec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The folder of one run: what the runner puts in for the worker, and what the worker leaves.
 *
 * <pre>
 * pipeline.yaml     in    the pipeline as written
 * parameters.json   in    {@link RunParameters}
 * inputs/NAME.csv   in    one dataset per input
 * champion.tar      in    bundle archive of the model in service, if the pipeline takes one
 * work/             -     the worker's own; gone when it ended
 * result.json       out   {@link RunResult}; missing if the worker was killed
 * bundle/           out   unsigned bundle directory, if the challenger may be promoted
 * </pre>
 *
 * @param root the folder
 */
public record RunFolder(Path root) {
  /** The pipeline. */
  public Path pipeline() {
    return root.resolve("pipeline.yaml");
  }

  /** The parameters. */
  public Path parameters() {
    return root.resolve("parameters.json");
  }

  /** One dataset. */
  public Path input(String name) {
    return root.resolve("inputs").resolve(name + ".csv");
  }

  /** The archive of the model in service. */
  public Path champion() {
    return root.resolve("champion.tar");
  }

  /** The worker's own folder. */
  public Path work() {
    return root.resolve("work");
  }

  /** The bundle. */
  public Path bundle() {
    return root.resolve("bundle");
  }

  /**
   * Lays out the folder, which must be new or empty.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code FILE_MISSING} if an input is not
   *     there; {@code DISK_FULL}, {@code STORAGE_FAILED}
   */
  public void prepare(RunRequest request) {
    try {
      Files.createDirectories(root.resolve("inputs"));
      Files.createDirectories(work());
      Files.writeString(pipeline(), request.pipeline());
      Files.write(parameters(), RecordCodec.encode(request.parameters()));
      for (Map.Entry<String, Path> input : request.inputs().entrySet()) {
        Files.copy(input.getValue(), input(input.getKey()));
      }
      if (request.champion().isPresent()) {
        Files.copy(request.champion().get(), champion());
      }
    } catch (IOException e) {
      throw StorageFailures.of("prepare the run folder " + root, e);
    }
  }

  /** The pipeline's text; throws as {@link #prepare}. */
  public String readPipeline() {
    try {
      return Files.readString(pipeline(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw StorageFailures.of("read the pipeline of the run", e);
    }
  }

  /** The parameters; throws as {@link #prepare}. */
  public RunParameters readParameters() {
    try {
      return RecordCodec.decode(Files.readAllBytes(parameters()), RunParameters.class);
    } catch (IOException e) {
      throw StorageFailures.of("read the parameters of the run", e);
    }
  }

  /** Writes the result, whole or not at all; throws as {@link #prepare}. */
  public void writeResult(RunResult result) {
    try {
      DurableFiles.write(root.resolve("result.json"), RecordCodec.encode(result));
    } catch (IOException e) {
      throw StorageFailures.of("write the result of the run", e);
    }
  }

  /** The result; empty if the worker left none. */
  public Optional<RunResult> readResult() {
    Path file = root.resolve("result.json");
    try {
      return Files.isRegularFile(file)
          ? Optional.of(RecordCodec.decode(Files.readAllBytes(file), RunResult.class))
          : Optional.empty();
    } catch (IOException e) {
      throw StorageFailures.of("read the result of the run", e);
    }
  }
}
