package io.flotilla.controller.http;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.model.VersionInUseException;
import io.vertx.core.http.HttpClosedException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** RFC 9457 problems, and which HTTP status each error code has. */
final class Problem {
  static final int UNAUTHENTICATED = 401;
  static final String CONTENT_TYPE = "application/problem+json";

  private static final int BUSY_SECONDS = 10;

  private Problem() {}

  /**
   * What went wrong, without its wrappers; anything that is not a typed failure is a bug and says
   * nothing of itself.
   */
  static FlotillaException of(Throwable failure) {
    Throwable at = failure;
    while ((at instanceof CompletionException || at instanceof ExecutionException)
        && at.getCause() != null) {
      at = at.getCause();
    }
    return switch (at) {
      case FlotillaException known -> known;
      case HttpClosedException gone ->
          new FlotillaException(ErrorCode.REQUEST_TIMED_OUT, "the caller went away", gone);
      default ->
          new FlotillaException(
              ErrorCode.INTERNAL, "a bug in the controller: see its log", failure);
    };
  }

  static Map<String, Object> body(FlotillaException failure) {
    return body(failure, status(failure.code()));
  }

  /** The same with a status of the transport's own. */
  static Map<String, Object> body(FlotillaException failure, int status) {
    ErrorCode code = failure.code();
    Map<String, Object> problem = new LinkedHashMap<>();
    problem.put(
        "type", "urn:flotilla:error:" + code.name().toLowerCase(Locale.ROOT).replace('_', '-'));
    problem.put("title", code.meaning());
    problem.put("status", status);
    problem.put("detail", String.valueOf(failure.getMessage()));
    problem.put("code", code.name());
    if (failure instanceof VersionInUseException inUse) {
      problem.put("users", inUse.users());
      problem.put("userCount", inUse.userCount());
    }
    return problem;
  }

  /** After how many seconds to ask again, where that helps; 0 where it does not. */
  static int retryAfterSeconds(ErrorCode code) {
    return switch (code) {
      case CONTROLLER_UNREACHABLE, ISSUER_UNREACHABLE -> BUSY_SECONDS;
      case RATE_LIMITED -> 1;
      default -> 0;
    };
  }

  /** The HTTP status: by code where one fits better than its class's. */
  static int status(ErrorCode code) {
    return switch (code) {
      case NOT_FOUND,
          MODEL_NOT_FOUND,
          VERSION_NOT_FOUND,
          DEVICE_NOT_FOUND,
          GROUP_NOT_FOUND,
          WEBHOOK_NOT_FOUND,
          ROLLOUT_NOT_FOUND,
          DATASET_NOT_FOUND,
          RUN_NOT_FOUND,
          ALIAS_NOT_FOUND,
          ENVIRONMENT_NOT_FOUND,
          PREDICTION_NOT_FOUND,
          PROFILE_NOT_FOUND,
          ALERT_RULE_NOT_FOUND,
          SILENCE_NOT_FOUND,
          COMMAND_NOT_FOUND ->
          404;
      case CONFLICT,
          CONFIRMATION_REQUIRED,
          VERSION_IN_USE,
          ROLLOUT_STATE,
          ALIAS_MOVED,
          DEVICE_UNFIT ->
          409;
      case REQUEST_TOO_LARGE, BUNDLE_TOO_LARGE -> 413;
      case UNAUTHENTICATED -> Problem.UNAUTHENTICATED;
      case RATE_LIMITED -> 429;
      case CSR_INVALID -> 400;
      case DISK_FULL -> 507;
      default ->
          switch (code.errorClass()) {
            case REQUEST -> 400;
            case PERMISSION -> 403;
            case BUNDLE -> 422;
            case NETWORK -> 503;
            case DEVICE, SERVER -> 500;
          };
    };
  }
}
