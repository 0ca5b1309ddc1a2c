package io.vertebra.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** A certificate authority for one test, made with the JDK's keytool; its keys end with the folder it lives in. */
final class TestAuthority {
  private static final String PASSWORD = "changeit";

  private final Path folder;
  private final Path store;
  private final Path certificate;

  private TestAuthority(Path folder) {
    this.folder = folder;
    this.store = folder.resolve("authority.p12");
    this.certificate = folder.resolve("authority.pem");
  }

  static TestAuthority create(Path folder, String name) throws IOException, InterruptedException {
    TestAuthority authority = new TestAuthority(Files.createDirectories(folder.resolve(name)));
    authority.generateKey(authority.store, "CN=" + name, "-ext", "bc:c=ca:true");
    authority.export(authority.store, authority.certificate);
    return authority;
  }

  /** A node's key and certificate, trusting the nodes of this authority and nobody else. */
  ClusterTls issue(String name) throws IOException, InterruptedException, GeneralSecurityException {
    Path own = folder.resolve(name + ".p12");
    Path request = folder.resolve(name + ".csr");
    Path chain = folder.resolve(name + ".pem");
    generateKey(own, "CN=" + name);
    keytool(own, "-certreq", "-alias", "key", "-file", request.toString());
    keytool(
        store,
        "-gencert",
        "-rfc",
        "-alias",
        "key",
        "-infile",
        request.toString(),
        "-outfile",
        chain.toString());
    return new ClusterTls(privateKey(own, folder.resolve(name + ".key")), chain, certificate);
  }

  private void generateKey(Path target, String name, String... more)
      throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(
        List.of("-genkeypair", "-alias", "key", "-keyalg", "EC", "-dname", name, "-validity", "2"));
    arguments.addAll(List.of(more));
    keytool(target, arguments.toArray(String[]::new));
  }

  private void export(Path source, Path target) throws IOException, InterruptedException {
    keytool(source, "-exportcert", "-rfc", "-alias", "key", "-file", target.toString());
  }

  private static Path privateKey(Path source, Path target)
      throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance(source.toFile(), PASSWORD.toCharArray());
    byte[] key = keys.getKey("key", PASSWORD.toCharArray()).getEncoded();
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key);
    return Files.writeString(
        target, "-----BEGIN PRIVATE KEY-----\n" + text + "\n-----END PRIVATE KEY-----\n");
  }

  private static void keytool(Path keyStore, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(
        List.of("-keystore", keyStore.toString(), "-storetype", "PKCS12", "-storepass", PASSWORD));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", arguments) + ": " + output);
    }
  }
}
