package io.flotilla.cli.operator;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.cli.client.OperatorContext;
import io.flotilla.cli.codec.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;

/** A new folder with all that another person needs to talk to the controller. */
final class ContextFolder {
  private static final String AUTHORITY = "ca.pem";

  private ContextFolder() {}

  /** Makes the folder, for its owner only; before a token is issued that it could not hold. */
  static void make(Path folder) {
    try {
      Files.createDirectory(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (IOException e) {
      throw new FlotillaException(
          ErrorCode.STORAGE_FAILED,
          "%s cannot be made: name a folder that is not there yet".formatted(folder),
          e);
    }
  }

  /** Fills the folder; see {@link OperatorContext}. */
  static void fill(Path folder, OperatorContext mine, String token) {
    Json context =
        Json.object().put("url", mine.url().toString()).put("token", token).put("ca", AUTHORITY);
    try {
      Files.copy(mine.ca(), folder.resolve(AUTHORITY));
      Path file = folder.resolve("operator.json");
      try (var out =
          Files.newByteChannel(
              file,
              EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
        out.write(StandardCharsets.UTF_8.encode(context.pretty()));
      }
    } catch (IOException e) {
      throw new FlotillaException(
          ErrorCode.STORAGE_FAILED, "%s cannot be written".formatted(folder), e);
    }
  }
}
