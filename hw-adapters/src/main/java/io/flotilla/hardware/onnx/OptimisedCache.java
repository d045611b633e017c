package io.flotilla.hardware.onnx;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.hardware.AcceleratorInfo;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The optimised form of one model, kept between loads: a file and, beside it, {@code <file>.key},
 * one line that names all it depends on and the file's own digest. The file is written first and
 * the key last, so that a crash in between leaves a pair that does not agree and is made again. A
 * cache that cannot be kept costs time only: nothing here makes a load fail.
 */
final class OptimisedCache {
  /** Longest key file in bytes. */
  private static final long MAX_KEY_BYTES = 1_024;

  /** Growth beyond which the optimised form is not worth its disk: 4 times and 16 MiB more. */
  private static final long MAX_GROWTH = 4;

  private static final long MAX_EXTRA_BYTES = 16L << 20;

  private static final Logger LOG = LoggerFactory.getLogger(OptimisedCache.class);

  private final Path file;
  private final Path keyFile;
  private final String dependsOn;
  private final long sourceBytes;

  private OptimisedCache(Path file, String dependsOn, long sourceBytes) {
    this.file = file;
    this.keyFile = file.resolveSibling(file.getFileName() + ".key");
    this.dependsOn = dependsOn;
    this.sourceBytes = sourceBytes;
  }

  /**
   * The cache in this file for this model and accelerator.
   *
   * @throws FlotillaException {@code FILE_MISSING} if the model cannot be read
   */
  static OptimisedCache at(Path file, Path model, AcceleratorInfo accelerator) {
    try {
      String dependsOn =
          String.join(
              " ",
              Digest.ofFile(model).hex(),
              accelerator.runtimeVersion(),
              accelerator.provider(),
              ProcessorFingerprint.ofThisMachine().hex());
      return new OptimisedCache(file.toAbsolutePath(), dependsOn, Files.size(model));
    } catch (IOException e) {
      throw new FlotillaException(
          ErrorCode.FILE_MISSING, "the model file %s cannot be read".formatted(model), e);
    }
  }

  /** Whether the file is what was kept, for all it depends on. */
  boolean isValid() {
    try {
      return Files.isRegularFile(file)
          && Files.isRegularFile(keyFile)
          && Files.size(keyFile) <= MAX_KEY_BYTES
          && Files.readString(keyFile, UTF_8).equals(key(file));
    } catch (IOException e) {
      LOG.warn("The optimised form {} cannot be read and is made again", file, e);
      return false;
    }
  }

  /** Where the runtime shall write a fresh form; empty if the folder cannot be written. */
  Optional<Path> prepare() {
    try {
      Path folder = folder();
      Files.createDirectories(folder);
      return Optional.of(Files.createTempFile(folder, file.getFileName() + ".", ".tmp"));
    } catch (IOException e) {
      LOG.warn("No optimised form is kept at {}", file, e);
      return Optional.empty();
    }
  }

  /** Makes a fresh form the kept one, or discards it. */
  void keep(Path fresh) {
    try {
      if (Files.size(fresh) > MAX_GROWTH * sourceBytes + MAX_EXTRA_BYTES) {
        LOG.info("The optimised form of {} bytes is too large to keep", Files.size(fresh));
        discard(fresh);
        return;
      }
      String key = key(fresh);
      moveInto(fresh, file);
      Path freshKey = Files.createTempFile(folder(), keyFile.getFileName() + ".", ".tmp");
      Files.writeString(freshKey, key, UTF_8);
      moveInto(freshKey, keyFile);
    } catch (IOException e) {
      LOG.warn("No optimised form is kept at {}", file, e);
      discard(fresh);
    }
  }

  /** Deletes what was prepared. */
  void discard(Path fresh) {
    try {
      Files.deleteIfExists(fresh);
    } catch (IOException e) {
      LOG.warn("A left-over optimised form stays at {}", fresh, e);
    }
  }

  private String key(Path optimised) throws IOException {
    return dependsOn + " " + Digest.ofFile(optimised).hex() + "\n";
  }

  private static void moveInto(Path fresh, Path target) throws IOException {
    try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private Path folder() {
    return file.resolveSibling(".").normalize();
  }
}
