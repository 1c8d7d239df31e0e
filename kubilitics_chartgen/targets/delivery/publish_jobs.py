"""The jobs that publish and sign: the only ones that may write anything. Pure."""

from __future__ import annotations

from kubilitics_chartgen.model.components import Component
from kubilitics_chartgen.model.delivery import Job, Step, action
from kubilitics_chartgen.targets.delivery.steps import checkout, cosign, download, login, script

__all__ = ["CHART", "ENVIRONMENT", "VERSION", "latest", "publish_chart", "publish_files", "publish_images"]

CHART = "deploy/helm/kubilitics"
VERSION = "${{ needs.version.outputs.version }}"
PUBLISH = {"packages": "write", "id-token": "write", "attestations": "write"}
"""Push packages, and sign with the workflow's own identity; only publishing jobs get this."""
ENVIRONMENT = "release"


def publish_images(
    id_: str, components: tuple[Component, ...], needs: tuple[str, ...], further: tuple[Step, ...] = ()
) -> Job:
    """Push the archives that the tracks made, sign what they became, say where it comes from."""
    push = (
        'digest=$(sh scripts/push-image.sh "$REPOSITORY" "$VERSION" images/*.tar)\n'
        'echo "digest=$digest" >> "$GITHUB_OUTPUT"\n'
    )
    repository = "${{ matrix.repository }}"
    return Job(
        id_,
        "Publish the image of ${{ matrix.component }}",
        (
            checkout(),
            download("image-${{ matrix.component }}-*", "images"),
            Step("Set up Buildx", action("docker/setup-buildx-action")),
            login(),
            script("Push", push, id="push", REPOSITORY=repository, VERSION=VERSION),
            cosign(),
            script(
                "Sign",
                'cosign sign --yes "$REPOSITORY@$DIGEST"\n',
                REPOSITORY=repository,
                DIGEST="${{ steps.push.outputs.digest }}",
            ),
            Step(
                "Say where it comes from",
                action("actions/attest-build-provenance"),
                options={
                    "subject-name": repository,
                    "subject-digest": "${{ steps.push.outputs.digest }}",
                    "push-to-registry": True,
                },
            ),
            *further,
        ),
        needs=needs,
        permissions=PUBLISH,
        matrix={
            "include": [
                {"component": component.id, "repository": f"{component.registry}/{component.repository}"}
                for component in components
            ]
        },
        environment=ENVIRONMENT,
    )


def latest() -> Step:
    """Section 7: `latest` for convenience. A core release leaves it, for it may mend an older line."""
    run = (
        'case "$VERSION" in\n  *-*) echo "a pre-release is not the latest" ;;\n'
        '  *) docker buildx imagetools create --tag "$REPOSITORY:latest" "$REPOSITORY@$DIGEST" ;;\nesac\n'
    )
    digest = "${{ steps.push.outputs.digest }}"
    return script("Name it latest", run, REPOSITORY="${{ matrix.repository }}", DIGEST=digest, VERSION=VERSION)


def publish_chart(needs: tuple[str, ...]) -> Job:
    """Push the chart to the registry and sign it."""
    push = (
        f'helm package {CHART} --version "$VERSION" --app-version "$VERSION"\n'
        'if helm show chart "oci://$REPOSITORY/kubilitics" --version "$VERSION" > published.yaml 2> /dev/null; then\n'
        '  echo "::error::the chart $VERSION is published already; a version never changes"\n  exit 1\nfi\n'
        'helm push "kubilitics-$VERSION.tgz" "oci://$REPOSITORY" 2>&1 | tee pushed.txt\n'
        "digest=$(sed -n 's/^Digest: //p' pushed.txt)\n"
        'cosign sign --yes "$REPOSITORY/kubilitics@$digest"\n'
    )
    repository = "ghcr.io/${{ github.repository_owner }}/charts"
    return Job(
        "publish-chart",
        "Publish the chart",
        (
            checkout(),
            Step("Set up Helm", action("azure/setup-helm")),
            login(),
            cosign(),
            script("Push and sign", push, in_bash=True, VERSION=VERSION, REPOSITORY=repository),
        ),
        needs=needs,
        permissions={"packages": "write", "id-token": "write"},
        environment=ENVIRONMENT,
    )


def publish_files(needs: tuple[str, ...]) -> Job:
    """Binaries and bundles with signed checksums, as a release on GitHub."""
    publish = (
        "mkdir files\nfind binaries bundles -type f -exec cp {} files/ \\;\ncd files\n"
        "sha256sum -- * > ../SHA256SUMS\nmv ../SHA256SUMS .\n"
        "cosign sign-blob --yes --bundle SHA256SUMS.sigstore.json SHA256SUMS\n"
    )
    return Job(
        "publish-files",
        "Publish binaries and bundles",
        (
            checkout(),
            download("binary-*", "binaries"),
            download("bundle-*", "bundles"),
            cosign(),
            script("Add checksums and sign them", publish),
            Step(
                "Say where they come from",
                action("actions/attest-build-provenance"),
                options={"subject-checksums": "files/SHA256SUMS"},
            ),
            script(
                "Publish",
                'gh release create "v$VERSION" --verify-tag --title "Kubilitics $VERSION" --generate-notes files/*\n',
                VERSION=VERSION,
                GH_TOKEN="${{ github.token }}",  # noqa: S106 - a name, not a token
            ),
        ),
        needs=needs,
        permissions={"contents": "write", "id-token": "write", "attestations": "write"},
        environment=ENVIRONMENT,
    )
