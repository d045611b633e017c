package io.flotilla.cli.score;

import io.flotilla.agent.scoring.LocalScorer;
import io.flotilla.bundle.manifest.Manifest;
import io.flotilla.bundle.manifest.TensorSpec;
import io.flotilla.cli.bundles.BundleCommand;
import io.flotilla.cli.bundles.BundleMaker;
import io.flotilla.cli.bundles.Folders;
import io.flotilla.cli.bundles.ModelOptions;
import io.flotilla.cli.bundles.ModelSource;
import io.flotilla.cli.bundles.OpenBundle;
import io.flotilla.cli.console.Console;
import io.flotilla.cli.models.RegisteredBundle;
import io.flotilla.hardware.onnx.OnnxAccelerators;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A model opened for scoring on this machine with the agent's own code: a registered version, a
 * bundle, or files that are no bundle yet. What was downloaded or made goes when this is closed.
 */
final class LocalModel implements Closeable {
  private final LocalScorer scorer;
  private final Path work;

  private LocalModel(LocalScorer scorer, Path work) {
    this.scorer = scorer;
    this.work = work;
  }

  /**
   * Opens what a person named: a path where there is one, else {@code digits:3} or {@code
   * digits@champion} from the registry.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException what finding, downloading, verifying and
   *     loading throw
   */
  static LocalModel open(SourceOptions options, Console console) throws IOException {
    Path work = Files.createTempDirectory("flotilla-model-");
    boolean complete = false;
    try {
      Path path =
          RegisteredBundle.find(options.source(), options.api(), work.resolve("bundle.tar")).path();
      LocalScorer scorer = scorer(path, options, console, work);
      complete = true;
      return new LocalModel(scorer, work);
    } finally {
      if (!complete) {
        Folders.delete(work);
      }
    }
  }

  private static LocalScorer scorer(Path path, SourceOptions options, Console console, Path work)
      throws IOException {
    return switch (ModelSource.of(path)) {
      case ModelSource.Bundle bundle -> {
        try (OpenBundle open = OpenBundle.open(bundle.path())) {
          if (options.trust().isPresent()) {
            BundleCommand.verified(open, options.trust().get(), Optional.empty(), console);
          }
          yield LocalScorer.open(open.directory(), OnnxAccelerators.cpu());
        }
      }
      case ModelSource.Loose loose -> {
        options.requireNoTrust(path);
        if (loose.variants().size() == 1) {
          yield LocalScorer.open(loose.variants().getFirst().file(), OnnxAccelerators.cpu());
        }
        yield made(loose, ModelOptions.local(), work);
      }
      case ModelSource.Described described -> {
        options.requireNoTrust(path);
        yield made(described, new ModelOptions(), work);
      }
    };
  }

  private static LocalScorer made(ModelSource source, ModelOptions options, Path work)
      throws IOException {
    Path directory = work.resolve("made");
    new BundleMaker(OnnxAccelerators.cpu()).make(options.draft(source), directory);
    return LocalScorer.open(directory, OnnxAccelerators.cpu());
  }

  /** The agent's scorer. */
  LocalScorer scorer() {
    return scorer;
  }

  /** What goes in, as the manifest says, or the model file where there is none. */
  List<TensorSpec> inputs() {
    return scorer
        .manifest()
        .map(Manifest::inputs)
        .orElseGet(
            () ->
                scorer.inputs().stream()
                    .map(input -> TensorSpec.of(input.name(), input.type(), input.shape()))
                    .toList());
  }

  @Override
  public void close() throws IOException {
    scorer.close();
    Folders.delete(work);
  }
}
