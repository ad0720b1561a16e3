Attribute VB_Name = "XlplanFunctions"
' Written by xlplan 0.0.0. xlplan upgrade writes this module anew: keep your own code in modules of your own.
Option Explicit

Private Const PYTHON_MODULE As String = "xlplan.hosts.excel.udfs"
Private Const ERROR_MARK As String = "#xlplan-error:"
Private Const WAIT_SECONDS As Long = 20

Private nextTry As Date
Private unreachable As String

Private Function XpCall(ByVal function_name As String, ByVal cells As Variant) As Variant
    Dim python As Object
    On Error GoTo down
    If XpIsCalc() Then
        unreachable = "the LibreOffice add-in is not installed; run xlplan calc install in a terminal"
        GoTo waiting
    End If
    If Now < nextTry Then GoTo waiting
    cells = XpValues(cells)
    Set python = XLPy()
    On Error GoTo failed
    XpCall = XpAnswer(python.CallUDF(PYTHON_MODULE, function_name, cells, ThisWorkbook))
    Exit Function
down:
    unreachable = "Python cannot be reached (" & Err.Description & "); run xlplan doctor in a terminal"
    nextTry = DateAdd("s", WAIT_SECONDS, Now)
waiting:
    ' One attempt at a time: a sheet full of formulas must not wait for Python once per cell.
    If function_name = "XP_WHY" Then XpCall = unreachable Else XpCall = CVErr(2042)
    Exit Function
failed:
    XpCall = CVErr(2015)
End Function

' Excel compiles one branch of a condition, LibreOffice runs both: so each knows which of the two it is.
Private Function XpIsCalc() As Boolean
    XpIsCalc = False
#If VBA7 Then
#Else
    XpIsCalc = True
#End If
End Function

' The arguments as plain values, and behind them the cell that asks.
Private Function XpValues(ByVal cells As Variant) As Variant
    Dim place As Long, last As Long
    last = UBound(cells) + 1
    ReDim Preserve cells(0 To last)
    For place = 0 To last - 1
        If TypeName(cells(place)) = "Range" Then cells(place) = XpRangeValues(cells(place))
    Next place
    cells(last) = ""
    If TypeName(Application.Caller) = "Range" Then
        cells(last) = "[" & Application.Caller.Worksheet.Parent.Name & "]" & Application.Caller.Worksheet.Name & _
            "!" & Application.Caller.Cells(1, 1).Address(False, False)
    End If
    XpValues = cells
End Function

' Values of a range: dates as serial numbers; of whole columns and rows the part in use; several areas are #REF!.
Private Function XpRangeValues(ByVal area As Variant) As Variant
    Dim used As Object
    If area.Areas.Count > 1 Then
        XpRangeValues = CVErr(2023)
    ElseIf area.Rows.Count = area.Worksheet.Rows.Count Or area.Columns.Count = area.Worksheet.Columns.Count Then
        Set used = Application.Intersect(area, area.Worksheet.UsedRange)
        If Not used Is Nothing Then XpRangeValues = used.Value2
    Else
        XpRangeValues = area.Value2
    End If
End Function

' The answer with true errors where Python marked them.
Private Function XpAnswer(ByVal answer As Variant) As Variant
    Dim row As Long, column As Long, lastColumn As Long
    If Not IsArray(answer) Then
        XpAnswer = XpCell(answer)
        Exit Function
    End If
    lastColumn = -1
    On Error Resume Next
    lastColumn = UBound(answer, 2)
    On Error GoTo 0
    For row = LBound(answer) To UBound(answer)
        If lastColumn < 0 Then
            answer(row) = XpCell(answer(row))
        Else
            For column = LBound(answer, 2) To lastColumn
                answer(row, column) = XpCell(answer(row, column))
            Next column
        End If
    Next row
    XpAnswer = answer
End Function

Private Function XpCell(ByVal value As Variant) As Variant
    XpCell = value
    If VarType(value) = vbString Then
        If Left$(value, Len(ERROR_MARK)) = ERROR_MARK Then XpCell = CVErr(CLng(Mid$(value, Len(ERROR_MARK) + 1)))
    End If
End Function

Public Function XP_NOTHING() As Variant
Attribute XP_NOTHING.VB_Description = "No argument at all. Returns a number."
Attribute XP_NOTHING.VB_ProcData.VB_Invoke_Func = " \n14"
    XP_NOTHING = XpCall("XP_NOTHING", Array())
End Function

Public Function XP_PLAIN(volume As Variant, Optional aht_s As Variant) As Variant
Attribute XP_PLAIN.VB_Description = "It says ""so"". Returns a number."
Attribute XP_PLAIN.VB_ProcData.VB_Invoke_Func = " \n14"
    XP_PLAIN = XpCall("XP_PLAIN", Array(volume, aht_s))
End Function

Public Function XP_RESERVED(end_ As Variant, Optional date_ As Variant) As Variant
Attribute XP_RESERVED.VB_Description = "? ? long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long l"
Attribute XP_RESERVED.VB_ProcData.VB_Invoke_Func = " \n14"
    XP_RESERVED = XpCall("XP_RESERVED", Array(end_, date_))
End Function
