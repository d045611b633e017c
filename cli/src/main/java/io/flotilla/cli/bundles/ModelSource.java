package io.flotilla.cli.bundles;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.layout.BundlePaths;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What a person names as a model, told apart by what it is. */
public sealed interface ModelSource {
  /** Property of a manifest that names the environment that the model needs. */
  String ENVIRONMENT = "environment";

  /** Largest model that standard input may bring: 2 GiB. */
  long MAX_INPUT_BYTES = 2L << 30;

  /** A bundle, folder or archive, signed or not. */
  record Bundle(Path path) implements ModelSource {}

  /** Files of which a bundle is to be made. */
  record Loose(List<VariantSource> variants, Map<String, Path> folders, Optional<Path> golden)
      implements ModelSource {
    /** Copies the collections. */
    public Loose {
      variants = List.copyOf(variants);
      folders = Map.copyOf(folders);
    }
  }

  /** A {@code bundle.yaml} that says how. */
  record Described(Path file) implements ModelSource {}

  /**
   * Finds out what a path is: a bundle (folder with {@code bundle.json}, or archive), a {@code
   * bundle.yaml} or a folder with one, a folder of ONNX files, or one ONNX file.
   *
   * @throws FlotillaException {@code FILE_MISSING} if nothing is there, {@code INPUT_INVALID} if a
   *     folder has nothing that makes a bundle
   */
  static ModelSource of(Path path) throws IOException {
    String name = String.valueOf(path.getFileName());
    if (Files.isDirectory(path)) {
      return ofFolder(path);
    }
    if (!Files.isReadable(path)) {
      throw new FlotillaException(
          ErrorCode.FILE_MISSING, "there is no readable file or folder " + path);
    }
    if (name.endsWith(".yaml") || name.endsWith(".yml")) {
      return new Described(path);
    }
    return isArchive(path) ? new Bundle(path) : loose(List.of(path), Map.of(), Optional.empty());
  }

  /**
   * Takes standard input into a file, to be looked at like any other.
   *
   * @throws FlotillaException {@code REQUEST_TOO_LARGE} if it is over {@link #MAX_INPUT_BYTES}
   */
  static Path take(InputStream input, Path file) throws IOException {
    byte[] buffer = new byte[1 << 16];
    long left = MAX_INPUT_BYTES;
    try (OutputStream out = Files.newOutputStream(file)) {
      for (int read = input.read(buffer); read >= 0; read = input.read(buffer)) {
        left -= read;
        if (left < 0) {
          throw new FlotillaException(
              ErrorCode.REQUEST_TOO_LARGE,
              "standard input has more than %d bytes; no bundle is that large"
                  .formatted(MAX_INPUT_BYTES));
        }
        out.write(buffer, 0, read);
      }
    }
    return file;
  }

  private static ModelSource ofFolder(Path folder) throws IOException {
    if (Files.isRegularFile(folder.resolve(BundlePaths.MANIFEST))) {
      return new Bundle(folder);
    }
    Path description = folder.resolve("bundle.yaml");
    if (Files.isRegularFile(description)) {
      return new Described(description);
    }
    List<Path> models;
    try (Stream<Path> files = Files.list(folder)) {
      models = files.filter(file -> file.toString().endsWith(".onnx")).sorted().toList();
    }
    if (models.isEmpty()) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "%s is no bundle, and has neither a bundle.yaml nor an .onnx file".formatted(folder));
    }
    Map<String, Path> folders = new TreeMap<>();
    for (String name : List.of("assets", "hooks")) {
      if (Files.isDirectory(folder.resolve(name))) {
        folders.put(name, folder.resolve(name));
      }
    }
    Path golden = folder.resolve(BundlePaths.GOLDEN_VECTORS);
    return loose(models, folders, Optional.of(golden).filter(Files::isRegularFile));
  }

  private static Loose loose(List<Path> models, Map<String, Path> folders, Optional<Path> golden) {
    if (models.size() == 1) {
      return new Loose(
          List.of(VariantSource.of(VariantSource.ONLY, models.getFirst())), folders, golden);
    }
    return new Loose(
        models.stream().map(file -> VariantSource.of(id(file), file)).toList(), folders, golden);
  }

  /** {@code int8} of {@code int8.onnx}; the manifest refuses what is no id. */
  private static String id(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.substring(0, name.length() - ".onnx".length());
  }

  /** A tar archive says {@code ustar} at byte 257 (POSIX.1-1988). */
  private static boolean isArchive(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] start = in.readNBytes(262);
      return start.length == 262
          && Arrays.equals(
              Arrays.copyOfRange(start, 257, 262), new byte[] {'u', 's', 't', 'a', 'r'});
    }
  }
}
