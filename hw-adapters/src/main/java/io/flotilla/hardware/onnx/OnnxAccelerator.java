package io.flotilla.hardware.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.hardware.Accelerator;
import io.flotilla.hardware.AcceleratorInfo;
import io.flotilla.hardware.LoadOptions;
import io.flotilla.hardware.LoadedModel;
import io.flotilla.hardware.inspect.OnnxFacts;
import io.flotilla.hardware.inspect.OnnxInspector;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One execution provider of ONNX Runtime. */
final class OnnxAccelerator implements Accelerator {
  private static final Logger LOG = LoggerFactory.getLogger(OnnxAccelerator.class);

  private final OrtEnvironment environment;
  private final Provider provider;
  private final AcceleratorInfo info;

  OnnxAccelerator(OrtEnvironment environment, Provider provider, AcceleratorInfo info) {
    this.environment = environment;
    this.provider = provider;
    this.info = info;
  }

  @Override
  public AcceleratorInfo info() {
    return info;
  }

  @Override
  public LoadedModel load(Path onnx, LoadOptions options) {
    OnnxFacts facts = OnnxInspector.inspect(onnx);
    try {
      // The cache knows the model by one file's digest: weights in other files would go unnoticed.
      OrtSession session =
          options.optimisedCache().isPresent() && facts.externalData().isEmpty()
              ? cached(onnx, options, options.optimisedCache().get())
              : open(onnx, options, OptLevel.ALL_OPT, Optional.empty());
      return describe(session);
    } catch (OrtException e) {
      throw RuntimeFailures.loading(String.valueOf(onnx.getFileName()), e);
    }
  }

  private LoadedModel describe(OrtSession session) throws OrtException {
    boolean complete = false;
    try {
      LoadedModel model = new OnnxModel(environment, session, Signature.of(session));
      complete = true;
      return model;
    } finally {
      if (!complete) {
        session.close();
      }
    }
  }

  private OrtSession cached(Path onnx, LoadOptions options, Path file) throws OrtException {
    OptimisedCache cache = OptimisedCache.at(file, onnx, info);
    if (cache.isValid()) {
      try {
        return open(file, options, OptLevel.NO_OPT, Optional.empty());
      } catch (OrtException e) {
        LOG.warn("The cached form {} does not load and is made again", file, e);
      }
    }
    Optional<Path> fresh = cache.prepare();
    if (fresh.isEmpty()) {
      return open(onnx, options, OptLevel.ALL_OPT, Optional.empty());
    }
    OrtSession session;
    try {
      session = open(onnx, options, OptLevel.ALL_OPT, fresh);
    } catch (OrtException e) {
      // Perhaps only the writing failed, as on a full disk: the model itself decides.
      LOG.debug("No optimised form was written to {}", fresh.get(), e);
      cache.discard(fresh.get());
      return open(onnx, options, OptLevel.ALL_OPT, Optional.empty());
    }
    cache.keep(fresh.get());
    return session;
  }

  private OrtSession open(Path file, LoadOptions options, OptLevel level, Optional<Path> optimised)
      throws OrtException {
    try (SessionOptions session = new SessionOptions()) {
      String spinning = options.spinning() ? "1" : "0";
      session.setIntraOpNumThreads(options.threads());
      session.setInterOpNumThreads(1);
      session.addConfigEntry("session.intra_op.allow_spinning", spinning);
      session.addConfigEntry("session.inter_op.allow_spinning", spinning);
      session.setOptimizationLevel(level);
      if (optimised.isPresent()) {
        session.setOptimizedModelFilePath(optimised.get().toString());
      }
      addProvider(session);
      return environment.createSession(file.toString(), session);
    }
  }

  private void addProvider(SessionOptions session) {
    try {
      provider.addTo(session);
    } catch (OrtException e) {
      throw new FlotillaException(
          ErrorCode.ACCELERATOR_UNAVAILABLE,
          "%s does not start on this machine".formatted(info.provider()),
          e);
    }
  }
}
