package io.flotilla.controller.profiling;

import io.flotilla.protocol.message.ProfileCommand;
import io.flotilla.protocol.message.Progress;
import java.util.Optional;

/**
 * A device measuring a version.
 *
 * @param command what it was told; the job has its id, and fails once the command expires
 * @param state where it stands
 * @param profile number of the profile that came of it; there if and only if it succeeded
 * @param failure why none came of it; there if and only if it failed
 */
record ProfileJob(
    ProfileCommand command,
    ProfileJobState state,
    Optional<Long> profile,
    Optional<Progress.Failure> failure) {

  static ProfileJob waiting(ProfileCommand command) {
    return new ProfileJob(command, ProfileJobState.WAITING, Optional.empty(), Optional.empty());
  }

  String id() {
    return command.job();
  }

  ProfileJob running() {
    return new ProfileJob(command, ProfileJobState.RUNNING, Optional.empty(), Optional.empty());
  }

  ProfileJob succeeded(long number) {
    return new ProfileJob(
        command, ProfileJobState.SUCCEEDED, Optional.of(number), Optional.empty());
  }

  ProfileJob failed(Progress.Failure why) {
    return new ProfileJob(command, ProfileJobState.FAILED, Optional.empty(), Optional.of(why));
  }
}
