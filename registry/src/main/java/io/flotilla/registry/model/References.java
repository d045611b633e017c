package io.flotilla.registry.model;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.Printable;
import io.flotilla.registry.search.RecordView;
import java.util.Optional;

/** Finds the version that a text such as {@code digits@champion} means. */
final class References {
  private References() {}

  static ModelVersion resolve(RecordView view, String reference) {
    int at = reference.indexOf('@');
    if (at >= 0) {
      String model = reference.substring(0, at);
      Records.requireHead(view, model);
      String alias = reference.substring(at + 1);
      return Records.require(view, model, Aliases.require(view, model, alias).version());
    }
    int colon = reference.indexOf(':');
    if (colon < 0) {
      return last(view, reference);
    }
    String number = reference.substring(colon + 1);
    if (!number.matches("[1-9][0-9]{0,8}")) {
      throw new FlotillaException(
          ErrorCode.VERSION_NOT_FOUND,
          "%s is no version: one is named as in digits:3, digits@champion or digits"
              .formatted(Printable.of(reference)));
    }
    return Records.require(view, reference.substring(0, colon), Integer.parseInt(number));
  }

  private static ModelVersion last(RecordView view, String model) {
    for (int version = Records.requireHead(view, model).lastVersion(); version > 0; version--) {
      Optional<ModelVersion> found = Records.living(view, model, version);
      if (found.isPresent()) {
        return found.get();
      }
    }
    throw new FlotillaException(
        ErrorCode.VERSION_NOT_FOUND, "every version of %s was deleted".formatted(model));
  }
}
