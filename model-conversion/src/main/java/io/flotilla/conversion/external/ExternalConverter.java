package io.flotilla.conversion.external;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.Printable;
import io.flotilla.bundle.failure.StorageFailures;
import io.flotilla.bundle.layout.DurableFiles;
import io.flotilla.conversion.graph.OnnxFiles;
import io.flotilla.hardware.inspect.OnnxInspector;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs external converters. Each gets a fresh folder that only this user can read, with copies of
 * its declared inputs; of this process's environment only {@code PATH}; {@code HOME} is that folder
 * and {@code LANG} is {@code C.UTF-8}; nothing to read from. It runs with this user's rights and
 * network: the folder keeps accidents in, not attackers. Thread-safe; conversions may overlap.
 */
public final class ExternalConverter {
  /** Most bytes of all inputs together: 2 GiB. */
  public static final long MAX_INPUT_BYTES = 2L << 30;

  /** Most bytes of all that lies in a converter's folder, looked at ten times a second: 4 GiB. */
  public static final long MAX_FOLDER_BYTES = 4L << 30;

  private static final Logger LOG = LoggerFactory.getLogger(ExternalConverter.class);

  private final Path workFolder;
  private final long maxFolderBytes;

  /**
   * A converter.
   *
   * @param workFolder where the private folders are made and removed; made if it is missing
   */
  public ExternalConverter(Path workFolder) {
    this(workFolder, MAX_FOLDER_BYTES);
  }

  ExternalConverter(Path workFolder, long maxFolderBytes) {
    this.workFolder = workFolder.toAbsolutePath();
    this.maxFolderBytes = maxFolderBytes;
  }

  /**
   * Runs a command and keeps the model that it wrote. The command and all processes that it started
   * are dead afterwards, and its folder is gone. Weights that the model keeps in files beside it
   * are taken into it.
   *
   * @param out the file to write, whole or not at all; one that exists is replaced
   * @throws FlotillaException
   *     <ul>
   *       <li>{@code FILE_MISSING}: an input is not there or no regular file
   *       <li>{@code INPUT_INVALID}: the inputs are over {@link #MAX_INPUT_BYTES}
   *       <li>{@code CONVERSION_FAILED}: the command cannot be started, ends with another status
   *           than 0, runs too long or fills its folder; its output is missing, a link, no regular
   *           file, or over {@link OnnxFiles#MAX_BYTES}; with the end of what it printed
   *       <li>as {@link OnnxInspector#inspect}, of the output
   *       <li>{@code DISK_FULL}, {@code STORAGE_FAILED}
   *     </ul>
   *
   * @throws InterruptedException if the waiting thread was interrupted; the command is dead then
   */
  public ConversionRecord convert(ExternalConversion conversion, Path out)
      throws InterruptedException {
    Path folder = privateFolder();
    try {
      Map<String, Digest> inputs = copyInputs(conversion, folder);
      CommandRun run = new CommandRun(conversion, folder, maxFolderBytes);
      run.start();
      Path output = outputOf(conversion, folder, run);
      keep(output, out);
      return new ConversionRecord(
          conversion.command(),
          commandDigest(conversion),
          inputs,
          conversion.output(),
          Digest.ofFile(out),
          Files.size(out),
          run.millis());
    } catch (IOException e) {
      throw StorageFailures.of("convert with " + conversion.command().getFirst(), e);
    } finally {
      remove(folder);
    }
  }

  private Path privateFolder() {
    try {
      Files.createDirectories(workFolder);
      return Files.createTempDirectory(
          workFolder,
          "convert-",
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (IOException e) {
      throw StorageFailures.of("make a folder for the converter in " + workFolder, e);
    }
  }

  private static Map<String, Digest> copyInputs(ExternalConversion conversion, Path folder)
      throws IOException {
    Map<String, Digest> digests = new TreeMap<>();
    long left = MAX_INPUT_BYTES;
    for (Path input : conversion.inputs()) {
      if (!Files.isRegularFile(input)) {
        throw new FlotillaException(
            ErrorCode.FILE_MISSING, "the converter's input %s is no file".formatted(input));
      }
      left -= Files.size(input);
      if (left < 0) {
        throw new FlotillaException(
            ErrorCode.INPUT_INVALID,
            "the converter's inputs have more than %d bytes together".formatted(MAX_INPUT_BYTES));
      }
      String name = String.valueOf(input.getFileName());
      Path copy = Files.copy(input, folder.resolve(name));
      digests.put(name, Digest.ofFile(copy));
    }
    return digests;
  }

  /** The output, if it is a plain file reached through plain folders. */
  private static Path outputOf(ExternalConversion conversion, Path folder, CommandRun run)
      throws IOException {
    Path at = folder;
    for (Path segment : Path.of(conversion.output())) {
      at = at.resolve(segment);
      if (Files.isSymbolicLink(at)) {
        throw run.failed("its output %s is or lies behind a link".formatted(conversion.output()));
      }
    }
    if (!Files.isRegularFile(at, LinkOption.NOFOLLOW_LINKS)) {
      throw run.failed("it wrote no file %s".formatted(conversion.output()));
    }
    if (Files.size(at) > OnnxFiles.MAX_BYTES) {
      throw run.failed(
          "its output %s has more than %d bytes"
              .formatted(conversion.output(), OnnxFiles.MAX_BYTES));
    }
    return at;
  }

  private static void keep(Path output, Path out) throws IOException {
    if (!OnnxInspector.inspect(output).externalData().isEmpty()) {
      ModelProto whole = OnnxFiles.read(output);
      OnnxFiles.write(whole, out);
      return;
    }
    DurableFiles.write(out, Files.readAllBytes(output));
  }

  private static Digest commandDigest(ExternalConversion conversion) {
    MessageDigest sha256 = Digest.newSha256();
    conversion.command().forEach(word -> add(sha256, word));
    conversion.environment().forEach((name, value) -> add(sha256, name + "=" + value));
    return Digest.ofRaw(sha256.digest());
  }

  private static void add(MessageDigest sha256, String text) {
    sha256.update(text.getBytes(StandardCharsets.UTF_8));
    sha256.update((byte) 0);
  }

  private static void remove(Path folder) {
    try {
      DurableFiles.deleteTree(folder);
    } catch (IOException e) {
      LOG.warn("the converter's folder {} is left: {}", folder, Printable.of(e.toString()));
    }
  }
}
