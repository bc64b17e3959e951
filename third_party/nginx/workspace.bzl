# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""@nginx: nginx with its Lua module out of Debian's packages, unpacked and not installed: installing it starts a service."""

load("//third_party:debian.bzl", "debian_programs")

_BUILD = """package(default_visibility = ["//visibility:public"])

# nginx, its modules, and the libraries and Lua files that they need: `lib`, `usr`.
filegroup(
    name = "nginx",
    srcs = glob([
        "lib/x86_64-linux-gnu/*.so*",
        "usr/lib/nginx/modules/*.so",
        "usr/lib/x86_64-linux-gnu/*.so*",
        "usr/sbin/nginx",
        "usr/share/lua/5.1/**/*.lua",
    ]),
)
"""

def nginx_repository():
    debian_programs(
        name = "nginx",
        build = _BUILD,
        packages = [
            "libluajit2-5.1-2",
            "libnginx-mod-http-lua",
            "libnginx-mod-http-ndk",
            "libpcre3",
            "lua-resty-core",
            "lua-resty-lrucache",
            "nginx",
        ],
    )
