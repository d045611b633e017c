package io.flotilla.agent.app;

import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.protocol.message.VersionRef;
import java.util.Map;
import java.util.Optional;

/**
 * What a device says about one input.
 *
 * @param id correlation id, unique in the fleet: {@code deviceId/bootId/number}; labels that become
 *     known later are sent with it
 * @param version the version that scored
 * @param outputs every output of the model by name, the caller's own
 * @param label the most likely category; empty if the model has none
 * @param score its score, or the first value of the first output
 */
public record ScoreResult(
    String id,
    VersionRef version,
    Map<String, Tensor> outputs,
    Optional<String> label,
    float score) {}
