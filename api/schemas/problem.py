"""RFC 9457 problem document, as OpenAPI shows it."""

from typing import Any

from pydantic import BaseModel, ConfigDict


class Problem(BaseModel):
    """What went wrong: `code` is stable, `detail` is for people."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:certified-copy:problem:input.invalid",
                    "title": "Unprocessable Content",
                    "status": 422,
                    "code": "input.invalid",
                    "detail": "Dữ liệu chưa đúng: requester.name: bắt buộc phải có",
                    "errors": [
                        {"field": "requester.name", "reason": "bắt buộc phải có"}
                    ],
                }
            ]
        },
    )

    type: str
    title: str
    status: int
    code: str
    detail: str


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI `responses` for the error statuses a route can give."""
    content = {"application/problem+json": {"schema": Problem.model_json_schema()}}
    return {
        status: {"description": "Lỗi (RFC 9457)", "content": content}
        for status in statuses
    }
