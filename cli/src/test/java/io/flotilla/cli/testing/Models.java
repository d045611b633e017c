package io.flotilla.cli.testing;

import io.flotilla.cli.onnx.PerceptronModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** Real ONNX files and what goes into them. */
public final class Models {
  private Models() {}

  /** A linear classifier of 4 features into 3 categories; seed 42. */
  public static Path linear(Path folder) throws IOException {
    return Files.write(
        folder.resolve("model.onnx"), PerceptronModel.bytes(List.of(4, 3), new Random(42)));
  }

  /** Rows for it, with a header and a label. */
  public static Path rows(Path folder) throws IOException {
    return Files.writeString(
        folder.resolve("rows.csv"), "a,b,c,d,label\n1,0,0,0,x\n0,1,0,0,y\n0.5,0.5,2,-1,z\n");
  }

  /** A trust folder with the publisher {@code lab} for {@code digits*}. */
  public static Path trust(Path folder) {
    Path trust = folder.resolve("trust");
    Ran ran =
        Ran.flotilla("trust", "init", "--out", trust, "--publisher", "lab", "--models", "digits*");
    if (ran.status() != 0) {
      throw new IllegalStateException(ran.err());
    }
    return trust;
  }

  /** A signed bundle of the linear classifier, an archive, as model {@code digits}. */
  public static Path signedBundle(Path folder, Path trust) throws IOException {
    Path bundle = folder.resolve("digits.tar");
    Ran made =
        Ran.flotilla(
            "bundle",
            "create",
            linear(folder),
            "--name",
            "digits",
            "--categories",
            "x,y,z",
            "--golden-from-csv",
            rows(folder),
            "--out",
            bundle);
    Ran signed = Ran.flotilla("bundle", "sign", "--key", trust.resolve("keys/lab-key.pem"), bundle);
    if (made.status() != 0 || signed.status() != 0) {
      throw new IllegalStateException(made.err() + signed.err());
    }
    return bundle;
  }
}
