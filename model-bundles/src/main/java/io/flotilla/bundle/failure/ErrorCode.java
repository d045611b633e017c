package io.flotilla.bundle.failure;

/**
 * Stable codes of everything that can end in a refusal or failure. A code, once released, keeps its
 * name and its class; {@code docs/reference/error-codes.md} is checked against this table.
 */
public enum ErrorCode {
  /** A value is missing, malformed or out of range. */
  INPUT_INVALID(ErrorClass.REQUEST, "A value is missing, malformed or out of range."),
  /** A named file does not exist or cannot be read. */
  FILE_MISSING(ErrorClass.REQUEST, "A named file does not exist or cannot be read."),
  /** A name has characters or a length that are not allowed. */
  NAME_INVALID(ErrorClass.REQUEST, "A name has characters or a length that are not allowed."),
  /** One or more configuration values are wrong; all of them are listed. */
  CONFIGURATION_INVALID(
      ErrorClass.REQUEST, "One or more configuration values are wrong; all of them are listed."),
  /** A request is over its size limit. */
  REQUEST_TOO_LARGE(ErrorClass.REQUEST, "A request is over its size limit."),
  /** The thing exists already with other content, or changed meanwhile. */
  CONFLICT(
      ErrorClass.REQUEST, "The thing exists already with other content, or changed meanwhile."),
  /** No model of that name is registered. */
  MODEL_NOT_FOUND(ErrorClass.REQUEST, "No model of that name is registered."),
  /** The model has no such version. */
  VERSION_NOT_FOUND(ErrorClass.REQUEST, "The model has no such version."),
  /** A device desires or reports the version, so it cannot be deleted. */
  VERSION_IN_USE(
      ErrorClass.REQUEST, "A device desires or reports the version, so it cannot be deleted."),
  /** No device of that id is enrolled. */
  DEVICE_NOT_FOUND(ErrorClass.REQUEST, "No device of that id is enrolled."),
  /** A device selector cannot be parsed. */
  SELECTOR_INVALID(ErrorClass.REQUEST, "A device selector cannot be parsed."),
  /** A device selector matches no device. */
  SELECTOR_EMPTY(ErrorClass.REQUEST, "A device selector matches no device."),
  /** Many devices are meant, or not as many as were expected; the number has to be confirmed. */
  CONFIRMATION_REQUIRED(
      ErrorClass.REQUEST,
      "Many devices are meant, or not as many as were expected; the number has to be confirmed."),
  /** No group has that name. */
  GROUP_NOT_FOUND(ErrorClass.REQUEST, "No group has that name."),
  /** No webhook has that name. */
  WEBHOOK_NOT_FOUND(ErrorClass.REQUEST, "No webhook has that name."),
  /** No rollout has that id. */
  ROLLOUT_NOT_FOUND(ErrorClass.REQUEST, "No rollout has that id."),
  /** The waves of a rollout do not add up. */
  ROLLOUT_PLAN_INVALID(ErrorClass.REQUEST, "The waves of a rollout do not add up."),
  /** The rollout is in a state that does not allow the action. */
  ROLLOUT_STATE(ErrorClass.REQUEST, "The rollout is in a state that does not allow the action."),
  /** No dataset has that name and version. */
  DATASET_NOT_FOUND(ErrorClass.REQUEST, "No dataset has that name and version."),
  /** A dataset cannot be read as what it claims to be. */
  DATASET_INVALID(ErrorClass.REQUEST, "A dataset cannot be read as what it claims to be."),
  /** A pipeline file cannot be read or has a cycle. */
  PIPELINE_INVALID(ErrorClass.REQUEST, "A pipeline file cannot be read or has a cycle."),
  /** No run has that id. */
  RUN_NOT_FOUND(ErrorClass.REQUEST, "No run has that id."),
  /** A search cannot be parsed, or compares what cannot be compared. */
  QUERY_INVALID(
      ErrorClass.REQUEST, "A search cannot be parsed, or compares what cannot be compared."),
  /** A cursor is not one that this search gave. */
  CURSOR_INVALID(ErrorClass.REQUEST, "A cursor is not one that this search gave."),
  /** The model has no such alias. */
  ALIAS_NOT_FOUND(ErrorClass.REQUEST, "The model has no such alias."),
  /** The alias points elsewhere than the caller expected; somebody moved it meanwhile. */
  ALIAS_MOVED(
      ErrorClass.REQUEST,
      "The alias points elsewhere than the caller expected; somebody moved it meanwhile."),
  /** No environment has that name and version. */
  ENVIRONMENT_NOT_FOUND(ErrorClass.REQUEST, "No environment has that name and version."),
  /** An environment is malformed or contradicts itself. */
  ENVIRONMENT_INVALID(ErrorClass.REQUEST, "An environment is malformed or contradicts itself."),
  /** Devices of a rollout cannot run the version; each is named with the reason. */
  DEVICE_UNFIT(
      ErrorClass.REQUEST,
      "Devices of a rollout cannot run the version; each is named with the reason."),
  /** No captured prediction has that id. */
  PREDICTION_NOT_FOUND(ErrorClass.REQUEST, "No captured prediction has that id."),
  /** No profile job has that id. */
  PROFILE_NOT_FOUND(ErrorClass.REQUEST, "No profile job has that id."),
  /** No alert rule has that name. */
  ALERT_RULE_NOT_FOUND(ErrorClass.REQUEST, "No alert rule has that name."),
  /** No silence has that id. */
  SILENCE_NOT_FOUND(ErrorClass.REQUEST, "No silence has that id."),
  /** No command of a device has that id. */
  COMMAND_NOT_FOUND(ErrorClass.REQUEST, "No command to that device has that id."),
  /** A backup is incomplete, damaged or of another format. */
  BACKUP_INVALID(ErrorClass.REQUEST, "A backup is incomplete, damaged or of another format."),
  /** The path does not name anything. */
  NOT_FOUND(ErrorClass.REQUEST, "The path does not name anything."),
  /** No valid operator token came with the request. */
  UNAUTHENTICATED(ErrorClass.PERMISSION, "No valid operator token came with the request."),
  /** The identity is known but may not do this. */
  FORBIDDEN(ErrorClass.PERMISSION, "The identity is known but may not do this."),
  /** More requests came than one caller may send. */
  RATE_LIMITED(ErrorClass.PERMISSION, "More requests came than one caller may send."),
  /** The keys of the issuer of a token cannot be had. */
  ISSUER_UNREACHABLE(ErrorClass.NETWORK, "The keys of the issuer of a token cannot be had."),
  /** The claim token is not one this controller issued. */
  CLAIM_UNKNOWN(ErrorClass.PERMISSION, "The claim token is not one this controller issued."),
  /** The claim token has been used already. */
  CLAIM_USED(ErrorClass.PERMISSION, "The claim token has been used already."),
  /** The claim token is past its expiry. */
  CLAIM_EXPIRED(ErrorClass.PERMISSION, "The claim token is past its expiry."),
  /** The certificate signing request is malformed or not signed by its own key. */
  CSR_INVALID(
      ErrorClass.PERMISSION,
      "The certificate signing request is malformed or not signed by its own key."),
  /** The controller's certificate does not lead to the authority the claim names. */
  CONTROLLER_UNTRUSTED(
      ErrorClass.PERMISSION,
      "The controller's certificate does not lead to the authority the claim names."),
  /** The trust policy is malformed, expired, rolled back or not signed by its root. */
  TRUST_POLICY_INVALID(
      ErrorClass.PERMISSION,
      "The trust policy is malformed, expired, rolled back or not signed by its root."),
  /** An assignment or profile command cannot be read. */
  ASSIGNMENT_MALFORMED(ErrorClass.PERMISSION, "An assignment or profile command cannot be read."),
  /** An assignment or profile command is not signed by the pinned controller key. */
  ASSIGNMENT_SIGNATURE_INVALID(
      ErrorClass.PERMISSION,
      "An assignment or profile command is not signed by the pinned controller key."),
  /** An assignment or profile command names another device or tenant (misdirection). */
  ASSIGNMENT_WRONG_DEVICE(
      ErrorClass.PERMISSION,
      "An assignment or profile command names another device or tenant (misdirection)."),
  /** An assignment or profile command is past its expiry (freeze). */
  ASSIGNMENT_EXPIRED(
      ErrorClass.PERMISSION, "An assignment or profile command is past its expiry (freeze)."),
  /**
   * An assignment's number is not above the last one accepted, or a profile command was accepted
   * already (replay).
   */
  ASSIGNMENT_REPLAYED(
      ErrorClass.PERMISSION,
      "An assignment's number is not above the last one accepted, or a profile command was accepted already (replay)."),
  /** An assignment goes back to an older version without saying so (rollback). */
  DOWNGRADE_NOT_ALLOWED(
      ErrorClass.PERMISSION,
      "An assignment goes back to an older version without saying so (rollback)."),
  /** A bundle carries no signature. */
  SIGNATURE_MISSING(ErrorClass.PERMISSION, "A bundle carries no signature."),
  /** A bundle's signature does not verify. */
  SIGNATURE_INVALID(ErrorClass.PERMISSION, "A bundle's signature does not verify."),
  /** A bundle is signed by a key that the trust policy does not name. */
  PUBLISHER_UNKNOWN(
      ErrorClass.PERMISSION, "A bundle is signed by a key that the trust policy does not name."),
  /** A bundle is signed by a publisher without authority over this model name. */
  PUBLISHER_NOT_ALLOWED(
      ErrorClass.PERMISSION,
      "A bundle is signed by a publisher without authority over this model name."),
  /** A bundle archive cannot be read. */
  BUNDLE_MALFORMED(ErrorClass.BUNDLE, "A bundle archive cannot be read."),
  /** A bundle archive is not byte for byte what packing its content gives. */
  BUNDLE_NOT_CANONICAL(
      ErrorClass.BUNDLE, "A bundle archive is not byte for byte what packing its content gives."),
  /** A bundle or a part of it is over a limit. */
  BUNDLE_TOO_LARGE(ErrorClass.BUNDLE, "A bundle or a part of it is over a limit."),
  /** A bundle names a path that is absolute, escapes, repeats or is not plain. */
  BUNDLE_PATH_UNSAFE(
      ErrorClass.BUNDLE,
      "A bundle names a path that is absolute, escapes, repeats or is not plain."),
  /** A bundle's content is not what was signed or assigned (tampering). */
  BUNDLE_DIGEST_MISMATCH(
      ErrorClass.BUNDLE, "A bundle's content is not what was signed or assigned (tampering)."),
  /** A bundle's manifest is malformed or does not fit its content. */
  MANIFEST_INVALID(
      ErrorClass.BUNDLE, "A bundle's manifest is malformed or does not fit its content."),
  /** A model file is not ONNX, or truncated. */
  MODEL_MALFORMED(ErrorClass.BUNDLE, "A model file is not ONNX, or truncated."),
  /** A model's IR version or opset is newer than the runtime reads. */
  MODEL_TOO_NEW(
      ErrorClass.BUNDLE, "A model's IR version or opset is newer than the runtime reads."),
  /** The runtime has no kernel for something the model needs. */
  MODEL_UNSUPPORTED(ErrorClass.BUNDLE, "The runtime has no kernel for something the model needs."),
  /** A bundle has no golden vectors to prove itself with. */
  GOLDEN_VECTORS_MISSING(ErrorClass.BUNDLE, "A bundle has no golden vectors to prove itself with."),
  /** The model's outputs differ from the golden vectors beyond tolerance. */
  GOLDEN_VECTORS_FAILED(
      ErrorClass.BUNDLE, "The model's outputs differ from the golden vectors beyond tolerance."),
  /**
   * The model is over a limit of the inspection, or crashed, hung or outgrew the trial's process.
   */
  INSPECTION_FAILED(
      ErrorClass.BUNDLE,
      "The model is over a limit of the inspection, or crashed, hung or outgrew the trial's process."),
  /** A model could not be converted, or the converter ended with an error. */
  CONVERSION_FAILED(
      ErrorClass.BUNDLE, "A model could not be converted, or the converter ended with an error."),
  /** A variant's outputs or accuracy differ from the original's beyond tolerance. */
  CONVERSION_INTOLERABLE(
      ErrorClass.BUNDLE,
      "A variant's outputs or accuracy differ from the original's beyond tolerance."),
  /** A dump of a tree ensemble is malformed or uses something that has no ONNX form. */
  TREE_DUMP_INVALID(
      ErrorClass.BUNDLE,
      "A dump of a tree ensemble is malformed or uses something that has no ONNX form."),
  /** No space is left on the disk. */
  DISK_FULL(ErrorClass.DEVICE, "No space is left on the disk."),
  /** Reading or writing the local disk failed. */
  STORAGE_FAILED(ErrorClass.DEVICE, "Reading or writing the local disk failed."),
  /** The accelerator asked for is not on this device. */
  ACCELERATOR_UNAVAILABLE(ErrorClass.DEVICE, "The accelerator asked for is not on this device."),
  /** The runtime could not load the model. */
  LOAD_FAILED(ErrorClass.DEVICE, "The runtime could not load the model."),
  /** The runtime failed while scoring. */
  SCORING_FAILED(ErrorClass.DEVICE, "The runtime failed while scoring."),
  /** No model version is committed on this device yet. */
  NO_MODEL(ErrorClass.DEVICE, "No model version is committed on this device yet."),
  /** The new version failed its probation and was rolled back. */
  PROBATION_FAILED(ErrorClass.DEVICE, "The new version failed its probation and was rolled back."),
  /** The spool's budget is used up; the record was refused and counted. */
  SPOOL_FULL(
      ErrorClass.DEVICE, "The spool's budget is used up; the record was refused and counted."),
  /** A model version could not be profiled. */
  PROFILE_FAILED(ErrorClass.DEVICE, "A model version could not be profiled."),
  /** A device could not do what it was told. */
  COMMAND_FAILED(ErrorClass.DEVICE, "A device could not do what it was told."),
  /** The controller's API does not answer. */
  CONTROLLER_UNREACHABLE(ErrorClass.NETWORK, "The controller's API does not answer."),
  /** The broker does not answer. */
  BROKER_UNREACHABLE(ErrorClass.NETWORK, "The broker does not answer."),
  /** The broker refused the connection, publication or subscription. */
  BROKER_REFUSED(
      ErrorClass.NETWORK, "The broker refused the connection, publication or subscription."),
  /** The missing chunks of a bundle did not arrive in time. */
  FETCH_TIMED_OUT(ErrorClass.NETWORK, "The missing chunks of a bundle did not arrive in time."),
  /** A device did not finish its deployment in time. */
  DEPLOYMENT_TIMED_OUT(ErrorClass.NETWORK, "A device did not finish its deployment in time."),
  /** A request did not arrive whole, or was not answered, in time. */
  REQUEST_TIMED_OUT(
      ErrorClass.NETWORK, "A request did not arrive whole, or was not answered, in time."),
  /** A port to listen on is taken. */
  PORT_IN_USE(ErrorClass.SERVER, "A port to listen on is taken."),
  /** Another process has the store open. */
  STORE_LOCKED(ErrorClass.SERVER, "Another process has the store open."),
  /** A stored record or blob does not match its checksum. */
  STORE_CORRUPT(ErrorClass.SERVER, "A stored record or blob does not match its checksum."),
  /** Reading or writing the store failed. */
  STORE_FAILED(ErrorClass.SERVER, "Reading or writing the store failed."),
  /** The embedded broker did not start. */
  BROKER_FAILED(ErrorClass.SERVER, "The embedded broker did not start."),
  /** A pipeline step ended with an error, or over its limits. */
  STEP_FAILED(ErrorClass.SERVER, "A pipeline step ended with an error, or over its limits."),
  /** The same inputs and seed gave different bytes. */
  NOT_REPRODUCIBLE(ErrorClass.SERVER, "The same inputs and seed gave different bytes."),
  /** The audit chain, or a record that it vouches for, was changed outside of the controller. */
  AUDIT_BROKEN(
      ErrorClass.SERVER,
      "The audit chain, or a record that it vouches for, was changed outside of the controller."),
  /** A backup could not be written. */
  BACKUP_FAILED(ErrorClass.SERVER, "A backup could not be written."),
  /** A bug: please report it with the log. */
  INTERNAL(ErrorClass.SERVER, "A bug: please report it with the log.");

  private final ErrorClass errorClass;
  private final String meaning;

  ErrorCode(ErrorClass errorClass, String meaning) {
    this.errorClass = errorClass;
    this.meaning = meaning;
  }

  /** Whose problem it is. */
  public ErrorClass errorClass() {
    return errorClass;
  }

  /** What it means, as one sentence for people. */
  public String meaning() {
    return meaning;
  }
}
