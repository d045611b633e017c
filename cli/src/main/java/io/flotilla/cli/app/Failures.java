package io.flotilla.cli.app;

import io.flotilla.bundle.failure.ErrorClass;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Turns what a command threw into one sentence on standard error and an exit status. */
final class Failures {
  private Failures() {}

  /** Wrong options or arguments. */
  static int ofUsage(ParameterException failure, String[] args) {
    if (failure.getCause() instanceof FlotillaException typed) {
      return report(failure.getCommandLine(), typed, false);
    }
    CommandLine command = failure.getCommandLine();
    command
        .getErr()
        .printf(
            "flotilla: %s: %s; see '%s --help'%n",
            ErrorCode.INPUT_INVALID,
            oneLine(failure.getMessage()),
            command.getCommandSpec().qualifiedName());
    return ErrorClass.REQUEST.exitStatus();
  }

  /** A command that began and failed. */
  static int ofExecution(Exception failure, CommandLine command, ParseResult parsed) {
    boolean verbose = command.getParseResult().hasMatchedOption("--verbose");
    return switch (failure) {
      case FlotillaException typed -> report(command, typed, verbose);
      case UncheckedIOException unchecked -> report(command, typed(unchecked.getCause()), verbose);
      case IOException io -> report(command, typed(io), verbose);
      default -> {
        command
            .getErr()
            .printf(
                "flotilla: %s: this is a bug in flotilla, please report it with the output of"
                    + " --verbose: %s%n",
                ErrorCode.INTERNAL, oneLine(failure.toString()));
        trace(command, failure, verbose);
        yield ExitStatus.BUG;
      }
    };
  }

  private static int report(CommandLine command, FlotillaException failure, boolean verbose) {
    command.getErr().printf("flotilla: %s: %s%n", failure.code(), oneLine(failure.getMessage()));
    trace(command, failure, verbose);
    return failure.code().errorClass().exitStatus();
  }

  private static void trace(CommandLine command, Exception failure, boolean verbose) {
    if (verbose) {
      failure.printStackTrace(command.getErr());
    }
  }

  /** The typed form of a failure of the local disk. */
  static FlotillaException typed(@Nullable IOException failure) {
    if (failure == null) {
      return new FlotillaException(ErrorCode.STORAGE_FAILED, "reading or writing failed");
    }
    String text = oneLine(failure.getMessage());
    return switch (failure) {
      case NoSuchFileException missing ->
          new FlotillaException(ErrorCode.FILE_MISSING, "there is no file " + text, missing);
      case FileAlreadyExistsException exists ->
          new FlotillaException(
              ErrorCode.CONFLICT, text + " exists already and is never overwritten", exists);
      case FileSystemException disk when isFull(disk) ->
          new FlotillaException(ErrorCode.DISK_FULL, "no space is left for " + text, disk);
      case IOException other when isFull(other) ->
          new FlotillaException(ErrorCode.DISK_FULL, "no space is left on the disk", other);
      default ->
          new FlotillaException(
              ErrorCode.STORAGE_FAILED, "reading or writing failed: " + failure, failure);
    };
  }

  private static boolean isFull(IOException failure) {
    return String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT).contains("no space left");
  }

  private static String oneLine(@Nullable String text) {
    return String.valueOf(text).strip().replaceAll("\\s*\\R\\s*", "; ");
  }
}
