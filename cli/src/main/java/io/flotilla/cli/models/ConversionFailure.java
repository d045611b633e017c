package io.flotilla.cli.models;

import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.cli.codec.Json;

/** Why a conversion failed, as the controller is told. */
final class ConversionFailure {
  private static final int MAX_MESSAGE_CHARS = 1024;

  private ConversionFailure() {}

  static Json of(FlotillaException failure) {
    String message = String.valueOf(failure.getMessage());
    return Json.object()
        .put("code", failure.code())
        .put("message", message.substring(0, Math.min(message.length(), MAX_MESSAGE_CHARS)));
  }
}
